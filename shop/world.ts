import type { ServiceName } from './kernel/http-server/address-book';
import type { Switches } from './kernel/faults';
import type { Publisher } from './kernel/publisher';
import type { Tally } from './scenarios/records';
import type { Plan } from './traffic/plan';
import type { Transports } from './transport/port';

export type BrokerKind = 'rabbitmq' | 'kafka';

/** A running shop, in one process (`local-world.ts`) or in one process an instance (`process-world.ts`), as a scenario's steps see it. */
export interface World {
  readonly plan: Plan;
  readonly tally: Tally;
  /** The run's own connections, `traffic/1`. */
  readonly transports: Transports;
  readonly publisher: Publisher;
  urlOf(service: string, instance?: number): string;
  /** The file where a service keeps its state. */
  databaseOf(service: ServiceName): string;
  start(service: ServiceName, instance?: number): Promise<void>;
  /** Lets it finish what it has begun. */
  stop(service: ServiceName, instance?: number): Promise<void>;
  /** Ends it as kill -9 does. */
  kill(service: ServiceName, instance?: number): Promise<void>;
  switchFaults(patch: Switches): Promise<void>;
  /** Away for a moment, then back with everything durable. */
  restartBroker(broker: BrokerKind): Promise<void>;
  /** Everything, in the order of the flow: intake first. */
  close(): Promise<void>;
}

/** Started in this order (who is asked before who asks), stopped in the other. */
export const START_ORDER: readonly ServiceName[] = [
  'schema-registry',
  'user-service',
  'inventory-service',
  'order-service',
  'payment-service',
  'shipping-service',
  'loyalty-service',
  'saga-orchestrator',
  'reporting-service',
  'notification-service',
  'query-service',
  'audit-service',
  'api-gateway',
];

/** The running instance, no longer counted as running. @throws when it does not run */
export function takeInstance<T>(running: Map<string, T>, service: ServiceName, instance: number): T {
  const name = `${service}/${instance}`;
  const found = running.get(name);
  if (found === undefined) throw new Error(`${name} does not run`);
  running.delete(name);
  return found;
}
