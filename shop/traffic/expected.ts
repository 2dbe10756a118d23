import type { Plan, PlannedOrder } from './plan';

/**
 * What a plan's orders must leave behind, in distinct ids: `order.placed` (all of a type), `order.placed@kafka` (by broker), `orders.completed`
 * (final states), `ledger.rows` and `ledger.sum`, `dead` (all dead letters) and `dead.<inbox>`.
 */
export type Counts = Readonly<Record<string, number>>;

/** The chain of a run without special steps; a scenario adds or replaces what its steps change. */
export function expectedOf(plan: Plan): Counts {
  const counts: Record<string, number> = { 'ledger.sum': 0, dead: 0 };
  for (const type of CHAIN) counts[type] = 0;
  for (const state of ['completed', 'cancelled', 'open']) counts[`orders.${state}`] = 0;
  const add = (key: string, number = 1): void => void (counts[key] = (counts[key] ?? 0) + number);
  add('user.created', plan.users.length);
  for (const order of plan.orders()) {
    const fate = fateOf(order);
    for (const type of typesOf(order, fate)) add(type);
    add(`order.placed@${order.channel === 'pos' ? 'rabbitmq' : 'kafka'}`);
    add(`orders.${fate === 'completed' ? 'completed' : fate === 'silent' && order.fulfilment === 'choreography' ? 'open' : 'cancelled'}`);
    add('ledger.rows', ledgerRows(order, fate));
  }
  return counts;
}

export type Fate = 'completed' | 'out-of-stock' | 'declined' | 'shipment-failed' | 'silent';

/** The one thing that decides how an order ends. */
export function fateOf({ marks }: PlannedOrder): Fate {
  if (marks.includes('out-of-stock')) return 'out-of-stock';
  if (marks.includes('declined')) return 'declined';
  if (marks.includes('shipment-fails')) return 'shipment-failed';
  return marks.includes('silent-shipping') ? 'silent' : 'completed';
}

const CHAIN = [
  'order.created',
  'order.placed',
  'inventory.reserved',
  'inventory.reservation.failed',
  'payment.completed',
  'payment.failed',
  'payment.refunded',
  'shipment.dispatched',
  'shipment.failed',
  'order.completed',
  'order.cancelled',
  'inventory.committed',
  'inventory.released',
  'customer.notification.requested',
  'loyalty.points.awarded',
];

/** For a story in which nobody orders: its plan has one order, which nobody places. */
export const WITHOUT_ORDERS: Counts = Object.fromEntries(
  [...CHAIN, 'user.created', 'order.placed@kafka', 'orders.completed', 'ledger.rows'].map((type) => [type, 0]),
);

/** The integration events of one order, by how it ends. The same in both fulfilments. */
function typesOf(order: PlannedOrder, fate: Fate): readonly string[] {
  const placed = ['order.created', 'order.placed'];
  const paid = [...placed, 'inventory.reserved', 'payment.completed', 'loyalty.points.awarded'];
  switch (fate) {
    case 'out-of-stock':
      return [...placed, 'inventory.reservation.failed', 'order.cancelled'];
    case 'declined':
      return [...placed, 'inventory.reserved', 'payment.failed', 'order.cancelled', 'inventory.released'];
    case 'shipment-failed':
      return [...paid, 'shipment.failed', 'order.cancelled', 'inventory.released', ...refundOf(order)];
    case 'silent':
      // A choreography waits for ever; the orchestrator gives up and undoes.
      return order.fulfilment === 'choreography' ? paid : [...paid, 'order.cancelled', 'inventory.released', ...refundOf(order)];
    case 'completed':
      return [...paid, 'shipment.dispatched', 'order.completed', 'inventory.committed', 'customer.notification.requested'];
  }
}

const refundOf = ({ marks }: PlannedOrder): string[] => (marks.includes('refund-fails') ? [] : ['payment.refunded']);

/** Two rows a transfer: the charge, and the refund where one was made. */
function ledgerRows(order: PlannedOrder, fate: Fate): number {
  if (fate === 'out-of-stock' || fate === 'declined') return 0;
  return typesOf(order, fate).includes('payment.refunded') ? 4 : 2;
}
