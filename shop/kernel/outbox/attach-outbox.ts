import { Lease } from '../db/lease';
import type { Parts } from '../parts';
import { Outbox } from './outbox';
import { OutboxRelay } from './outbox-relay';

/** Another instance relays when the one that did has said nothing for so long. Not shortened by the time factor: it guards against a real stall. */
const LEASE_MS = 3_000;

/** The outbox of a service with its relay running: `add` within a transaction, `relay.poke()` after it. */
export function attachOutbox(parts: Parts): { readonly outbox: Outbox; readonly relay: OutboxRelay } {
  const { database, publisher, log, config, metrics, service, instance, clock } = parts;
  const outbox = new Outbox(database);
  const time = (ms: number): number => config.time(ms);
  const lease = new Lease(database, 'outbox-relay', `${service}/${instance}`, LEASE_MS, clock);
  const relay = new OutboxRelay({ outbox, publisher, lease, log, time, onPending: (events) => metrics.outboxPending.set(events) });
  relay.start();
  return { outbox, relay };
}
