import { expect, it } from 'vitest';
import type { QueuePoint } from '@/lib/contract/samples';
import { aGroupPoint, lagNoon } from '@/lib/lag/group-point.fixture';
import { takenInWindow } from './taken-in-window';

const queue = (second: number, ackRate: number | null): QueuePoint => ({
  broker: 'r',
  inbox: 'q',
  at: lagNoon + second * 1e6,
  ready: 0,
  unacked: 0,
  consumers: 1,
  publishRate: 0,
  deliverRate: 0,
  ackRate,
  redeliverRate: 0,
  by: 'management',
});

it('[TP10] counts what was taken: offsets forward, acknowledgements over time, nothing through a pause, and unknown stays absent', () => {
  const groups = [
    [
      aGroupPoint(0, { committed: 10, end: 99 }),
      aGroupPoint(10, { committed: 40, end: 99 }),
      aGroupPoint(20, { committed: 5, end: 99 }),
      aGroupPoint(30, { committed: 7, end: 99 }),
    ],
    [aGroupPoint(0, { committed: null, end: 9, inbox: 'other@g' })],
  ];
  const queues = [[queue(0, 1), queue(10, 2), queue(1000, 5), queue(1010, 1)]];
  expect([...takenInWindow(groups, queues)]).toEqual([
    ['inbox:shop-kafka/orders@billing', 32],
    ['inbox:r/q', 30],
  ]);
});
