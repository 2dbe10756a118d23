import { describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../kernel/db/scratch-database.fixture';
import { DomainEventDispatcher } from '../../../kernel/domain-events/dispatcher';
import { EventStore } from '../../../kernel/event-store/event-store';
import type { IncomingEvent } from '../../../kernel/events';
import { Outbox } from '../../../kernel/outbox/outbox';
import type { Cause } from '../../../kernel/unit-of-work/cause';
import { UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import type { OrderDetails } from '../domain/order-events';
import { createOrderCommands } from '../order-commands';
import { commandHandlers } from './on-commands';

const CAUSE: Cause = { by: 'ada', correlationId: 'a', causationId: null, traceparent: null };
const DETAILS: OrderDetails = {
  userId: 'ada',
  channel: 'web',
  fulfilment: 'orchestration',
  lines: [{ productId: 'lamp', quantity: 1, unitPrice: 2_900 }],
  currency: 'EUR',
  placedVersion: '1.1.0',
};

function given() {
  const database = scratchDatabase()();
  const [store, outbox, dispatcher] = [new EventStore(database), new Outbox(database), new DomainEventDispatcher(() => {})];
  const units = new UnitOfWork({ source: 'order-service', database, store, outbox, dispatcher, clock: () => 5, translate: () => [] });
  const commands = createOrderCommands(units);
  const handlers = commandHandlers(commands, units);
  const had: string[] = [];
  const tell = async (type: string, data: object = {}): Promise<void> => {
    const event = { id: `${type}-1`, type, key: 'a', replyTo: 'order-saga', data: { orderId: 'a', ...data } } as unknown as IncomingEvent;
    const context = { attempt: 1, signal: new AbortController().signal, complete: () => void had.push(type) };
    await handlers[type]?.(event, context);
  };
  const answers = () => outbox.next('rabbitmq', 9).map(({ event }) => [event.type, event.data.reason]);
  return { commands, store, had, tell, answers };
}

describe('a command by message', () => {
  it('[SS5] given an order, when it is told to go on, then what it did, the answer and `completed` are one commit', async () => {
    const { commands, store, had, tell, answers } = given();
    expect(await commands.execute(CAUSE, 'order.create', { orderId: 'a', details: DETAILS })).toEqual({ orderId: 'a', version: 1 });
    await tell('order.process');
    expect(store.read('order-a').map(({ type }) => type)).toEqual(['ORDER_CREATED', 'ORDER_PLACED']);
    expect([answers(), had]).toEqual([[['order.process.ok', undefined]], ['order.process']]);
  });

  it('[SS12] given an order that was cancelled, when it is to be completed, then that is answered as failed, once and for all', async () => {
    const { commands, store, had, tell, answers } = given();
    await commands.execute(CAUSE, 'order.create', { orderId: 'a', details: DETAILS });
    await commands.execute(CAUSE, 'order.cancel', { orderId: 'a', reason: 'CHANGED_MIND', seen: 1 });
    await tell('order.complete', { paymentId: 'p' });
    expect(store.versionOf('order-a')).toBe(2);
    expect([answers(), had]).toEqual([[['order.complete.failed', 'ORDER_ALREADY_CANCELLED']], ['order.complete']]);
  });

  it('[SS12] given no such order yet, when it is told to go on, then nothing is answered, and it is tried again', async () => {
    const { had, tell, answers } = given();
    await expect(tell('order.process')).rejects.toMatchObject({ name: 'TooEarly' });
    expect([answers(), had]).toEqual([[], []]);
  });
});
