import type { ChannelDeclaration } from '../transport/port';

/** Where the shop publishes. Exchanges carry what several services react to at once; topics carry the history of an order. */
export const EXCHANGES: readonly ChannelDeclaration[] = [
  { name: 'shop.events', kind: 'topic' },
  { name: 'shop.commands', kind: 'direct' },
];

export const TOPICS: readonly ChannelDeclaration[] = [
  { name: 'order-events', kind: 'log', partitions: 6 },
  { name: 'inventory-events', kind: 'log', partitions: 3 },
  { name: 'price-feed', kind: 'log', partitions: 2 },
];
