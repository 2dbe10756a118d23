import { Lease } from '../db/lease';
import { DomainEventDispatcher } from '../domain-events/dispatcher';
import { EventStore } from '../event-store/event-store';
import { Outbox } from '../outbox/outbox';
import { OutboxRelay } from '../outbox/outbox-relay';
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

/** Another instance relays when the one that did has said nothing for so long. Not shortened by the time factor: it guards against a real stall. */
const RELAY_LEASE_MS = 3_000;

export function openState(parts: Parts, how: Pick<UnitOfWorkParts, 'translate' | 'project'>): State {
  const { service, instance, database, publisher, clock, config, log, metrics } = parts;
  const store = new EventStore(database);
  const outbox = new Outbox(database);
  const dispatcher = new DomainEventDispatcher((err, { type }) => log.error({ err, type }, 'a listener failed after the commit'));
  const relay = new OutboxRelay({
    outbox,
    publisher,
    lease: new Lease(database, 'outbox-relay', `${service}/${instance}`, RELAY_LEASE_MS, clock),
    log,
    time: (ms) => config.time(ms),
    onPending: (events) => metrics.outboxPending.set(events),
  });
  relay.start();
  return {
    store,
    outbox,
    dispatcher,
    units: new UnitOfWork({ source: service, database, store, outbox, dispatcher, clock, onCommit: () => relay.poke(), ...how }),
    stop: () => relay.stop(),
    crash: () => relay.crash(),
  };
}
