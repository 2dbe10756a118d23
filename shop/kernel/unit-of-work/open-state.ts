import { DomainEventDispatcher } from '../domain-events/dispatcher';
import { EventStore } from '../event-store/event-store';
import { attachOutbox } from '../outbox/attach-outbox';
import type { Outbox } from '../outbox/outbox';
import type { Parts } from '../parts';
import { UnitOfWork, type UnitOfWorkParts } from './unit-of-work';

/** The write side of a service: its facts, its units of work, and the relay that tells others. */
export interface State {
  readonly store: EventStore;
  readonly outbox: Outbox;
  readonly dispatcher: DomainEventDispatcher;
  readonly units: UnitOfWork;
  /** Publishes what waits, as far as brokers take it. */
  stop(): Promise<void>;
  crash(): void;
}

export function openState(parts: Parts, how: Pick<UnitOfWorkParts, 'translate' | 'project'>): State {
  const { service, database, clock, log } = parts;
  const store = new EventStore(database);
  const { outbox, relay } = attachOutbox(parts);
  const dispatcher = new DomainEventDispatcher((err, { type }) => log.error({ err, type }, 'a listener failed after the commit'));
  return {
    store,
    outbox,
    dispatcher,
    units: new UnitOfWork({ source: service, database, store, outbox, dispatcher, clock, onCommit: () => relay.poke(), ...how }),
    stop: () => relay.stop(),
    crash: () => relay.crash(),
  };
}
