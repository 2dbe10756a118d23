import type { Aggregate, AggregateType, DomainEvent } from '../domain-events/aggregate';
import type { Transaction } from '../db/database';
import type { EventStore, RecordedEvent } from './event-store';

export const SNAPSHOT_EVERY = 20;

/** Events of one aggregate, and what they add up to. */
export interface History<State> {
  readonly state: State;
  /** Of the last event that was folded; 0: nothing had happened. */
  readonly version: number;
  readonly events: readonly RecordedEvent[];
}

export const streamOf = (type: { readonly name: string }, id: string): string => `${type.name}-${id}`;

/** The aggregate as it is now: newest snapshot, then the events since. */
export function load<State, Event extends DomainEvent, Root extends Aggregate<State, Event>>(
  store: EventStore,
  type: AggregateType<State, Event, Root>,
  id: string,
): Root {
  const stream = streamOf(type, id);
  const snapshot = store.snapshot(stream, type.snapshotVersion ?? 1);
  const { state, version } = fold(
    type,
    store.read(stream, { after: snapshot?.version ?? 0 }),
    snapshot as { state: State; version: number } | null,
  );
  return type.create(id, state, version);
}

/** What was true at a moment, in milliseconds; folded from the first event. */
export function stateAt<State, Event extends DomainEvent, Root extends Aggregate<State, Event>>(
  store: EventStore,
  type: AggregateType<State, Event, Root>,
  id: string,
  at: number,
): History<State> {
  return fold(type, store.read(streamOf(type, id), { until: at }));
}

/** What would be true had the event with this version not happened: the others are folded as they are. */
export function whatIf<State, Event extends DomainEvent, Root extends Aggregate<State, Event>>(
  store: EventStore,
  type: AggregateType<State, Event, Root>,
  id: string,
  without: number,
): History<State> {
  return fold(
    type,
    store.read(streamOf(type, id)).filter(({ version }) => version !== without),
  );
}

/** Snapshots each time a stream has passed another 20 events. */
export function snapshotWhenDue(
  store: EventStore,
  tx: Transaction,
  type: { readonly name: string; readonly snapshotVersion?: number },
  aggregate: { readonly id: string; readonly version: number; readonly state: unknown; readonly pending: readonly unknown[] },
): void {
  const version = aggregate.version + aggregate.pending.length;
  if (Math.floor(version / SNAPSHOT_EVERY) === Math.floor(aggregate.version / SNAPSHOT_EVERY)) return;
  store.saveSnapshot(tx, streamOf(type, aggregate.id), type.snapshotVersion ?? 1, { version, state: aggregate.state });
}

function fold<State, Event extends DomainEvent, Root extends Aggregate<State, Event>>(
  type: AggregateType<State, Event, Root>,
  events: readonly RecordedEvent[],
  from: { readonly state: State; readonly version: number } | null = null,
): History<State> {
  let state = from?.state ?? type.initial;
  for (const event of events) {
    const data = type.upcasters?.upcast(event.type, event.schemaVersion, event.data).data ?? event.data;
    state = type.evolve(state, { type: event.type, data } as Event);
  }
  return { state, version: events.at(-1)?.version ?? from?.version ?? 0, events };
}
