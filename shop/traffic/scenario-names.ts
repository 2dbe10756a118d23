/** Every scenario of the shop; what each is made of is in `plan.ts` (orders, counts) and `../scenarios/` (steps). */
export const SCENARIO_NAMES = [
  'happy-path',
  'payment-failure',
  'inventory-short',
  'shipment-failure',
  'stuck-saga',
  'saga-timeout',
  'orchestrator-crash',
  'compensation-failure',
  'poison-message',
  'duplicate-delivery',
  'out-of-order',
  'slow-consumer',
  'consumer-crash',
  'autoscale',
  'schema-change',
  'broker-restart',
  'retry-storm',
  'circuit-open',
  'request-reply-timeout',
  'outage-and-recover',
  'sync-vs-events',
  'priority',
  'unroutable',
  'overload',
  'eventual-consistency',
  'rebuild',
  'transaction-abort',
  'new-subscriber',
  'no-headers',
  'high-volume',
  'mixed',
] as const;

export type Scenario = (typeof SCENARIO_NAMES)[number];

export const isScenario = (name: string): name is Scenario => (SCENARIO_NAMES as readonly string[]).includes(name);
