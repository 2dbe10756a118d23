import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Destination } from '../channels';
import type { Database, Transaction } from '../db/database';
import type { Aggregate, AggregateType, DomainEvent } from '../domain-events/aggregate';
import type { DomainEventDispatcher } from '../domain-events/dispatcher';
import { ConflictError, type EventStore, type RecordedEvent } from '../event-store/event-store';
import { load, snapshotWhenDue, streamOf } from '../event-store/repository';
import type { OutgoingEvent, SagaStep } from '../events';
import { childTraceparent, eventId, newTraceparent } from '../ids';
import type { Outbox } from '../outbox/outbox';
import type { Cause } from './cause';

/** What is to be told to others; the unit of work adds id, time, source, trace and correlation. */
export interface Draft {
  readonly type: string;
  /** SemVer of the data; 1.0.0 without it. */
  readonly version?: string;
  readonly key: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly channels: readonly Destination[];
  /** Another message of the same unit of work is its cause. */
  readonly causationId?: string;
  readonly saga?: SagaStep;
  readonly transaction?: OutgoingEvent['transaction'];
  /** Where the answer to a command is expected. */
  readonly replyTo?: string;
}

/** A draft that no stored event stands behind: `origin` and `version` name it, so that sending it again has the same id. */
export interface Message extends Draft {
  readonly origin: string;
  readonly originVersion: number | string;
}

export interface UnitOfWorkParts {
  readonly source: string;
  readonly database: Database;
  readonly store: EventStore;
  readonly outbox: Outbox;
  readonly dispatcher: DomainEventDispatcher;
  readonly clock: () => number;
  /** Domain events to integration events; `state` is the aggregate's after the commit. */
  readonly translate: (event: RecordedEvent, state: unknown) => readonly Draft[];
  /** Read models of the same database, in the same transaction. */
  readonly project?: (tx: Transaction, event: RecordedEvent, state: unknown) => void;
  readonly onCommit?: () => void;
}

/** What one unit of work may touch. Nothing is written before it ends. */
export interface Session {
  /** The aggregate, with what this session has already done to it. */
  load<State, Event extends DomainEvent, Root extends Aggregate<State, Event>>(type: AggregateType<State, Event, Root>, id: string): Root;
  /** A message that tells of no stored event: a command of a saga, an answer. */
  send(message: Message): void;
  /** Other rows of the same transaction. */
  also(work: (tx: Transaction) => void): void;
}

const RETRIES = 3;

/**
 * Load, decide, and then all at once: events at the version they were decided on, integration events in the outbox, read models, and that the message
 * has been had. Whoever loses a race decides again on the newer state, three times. Domain events are dispatched after the commit.
 */
export class UnitOfWork {
  constructor(private readonly parts: UnitOfWorkParts) {}

  /** @throws ConflictError when four attempts met a newer version; OutboxFull; what `work` throws, and then nothing is written. */
  async run<T>(cause: Cause, work: (session: Session) => T): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      const session = new Pending(this.parts.store);
      const result = work(session);
      try {
        const recorded = this.commit(cause, session);
        this.parts.onCommit?.();
        this.parts.dispatcher.dispatch(recorded);
        return result;
      } catch (error) {
        if (!(error instanceof ConflictError) || attempt === RETRIES) throw error;
        await nextTurn();
      }
    }
  }

  private commit(cause: Cause, session: Pending): RecordedEvent[] {
    const { database, store, outbox, clock, translate, project } = this.parts;
    const at = clock();
    const { saga: _, complete, ...who } = cause;
    // Without a cause that has one, everything of this commit begins one trace together.
    const trace = cause.traceparent ?? newTraceparent(cause.correlationId);
    const context = { ...cause, traceparent: trace };
    return database.transaction((tx) => {
      const all: { readonly event: RecordedEvent; readonly state: unknown }[] = [];
      for (const { type, aggregate } of session.touched()) {
        const metadata = { by: who.by, correlationId: who.correlationId, causationId: who.causationId, traceparent: trace };
        const recorded = store.append(
          tx,
          streamOf(type, aggregate.id),
          aggregate.version,
          aggregate.pending.map((event) => ({
            ...event,
            schemaVersion: type.schemaVersionOf?.(event.type) ?? '1.0.0',
            metadata: who.reason === undefined ? metadata : { ...metadata, reason: who.reason },
            at,
          })),
        );
        snapshotWhenDue(store, tx, type, aggregate);
        all.push(...recorded.map((event) => ({ event, state: aggregate.state })));
      }
      for (const { event, state } of all) {
        project?.(tx, event, state);
        for (const draft of translate(event, state))
          outbox.add(tx, this.outgoing(draft, eventId(event.stream, event.version, draft.type), context, at));
      }
      for (const message of session.messages)
        outbox.add(tx, this.outgoing(message, eventId(message.origin, message.originVersion, message.type), context, at));
      for (const write of session.writes) write(tx);
      complete?.(tx);
      return all.map(({ event }) => event);
    });
  }

  private outgoing(draft: Draft, id: string, cause: Cause, at: number): OutgoingEvent {
    const saga = draft.saga ?? cause.saga;
    return {
      id,
      type: draft.type,
      version: draft.version ?? '1.0.0',
      source: this.parts.source,
      at,
      key: draft.key,
      channels: draft.channels,
      data: draft.data,
      correlationId: cause.correlationId,
      causationId: draft.causationId ?? cause.causationId,
      traceparent: childTraceparent(cause.traceparent, id),
      ...(saga === undefined ? {} : { saga }),
      ...(draft.transaction === undefined ? {} : { transaction: draft.transaction }),
      ...(draft.replyTo === undefined ? {} : { replyTo: draft.replyTo }),
    };
  }
}

interface Touched {
  readonly type: {
    readonly name: string;
    readonly snapshotVersion?: number;
    schemaVersionOf?(type: string): string;
  };
  readonly aggregate: Aggregate<unknown, DomainEvent>;
}

class Pending implements Session {
  private readonly loaded = new Map<string, Touched>();
  readonly messages: Message[] = [];
  readonly writes: ((tx: Transaction) => void)[] = [];

  constructor(private readonly store: EventStore) {}

  load<State, Event extends DomainEvent, Root extends Aggregate<State, Event>>(type: AggregateType<State, Event, Root>, id: string): Root {
    const stream = streamOf(type, id);
    const known = this.loaded.get(stream)?.aggregate;
    if (known !== undefined) return known as unknown as Root;
    const aggregate = load(this.store, type, id);
    this.loaded.set(stream, { type: type as Touched['type'], aggregate: aggregate as unknown as Touched['aggregate'] });
    return aggregate;
  }

  send(message: Message): void {
    this.messages.push(message);
  }

  also(work: (tx: Transaction) => void): void {
    this.writes.push(work);
  }

  touched(): Touched[] {
    return [...this.loaded.values()].filter(({ aggregate }) => aggregate.pending.length > 0);
  }
}
