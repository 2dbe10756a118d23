import { describe, expect, it } from 'vitest';
import type { BindingPicture, InboxPicture } from '@/lib/topology/broker-picture';
import { aChannel, aConsumer, aPicture, aQueue, aTopic } from '@/lib/topology/topology.fixture';
import { namesDeadLetters } from '@/lib/topology/dead-letter-names';
import { classifyChannels, isDeadLetter, namesRetry } from './classify-channels';

const bound = (from: string, inbox: string, routingKey = '#'): BindingPicture => ({
  from,
  to: { kind: 'inbox', inbox },
  routingKey,
  arguments: {},
});
const deadTo = (channel: string, routingKey: string | null = null): Partial<InboxPicture> => ({
  deadLetterTo: { channel, routingKey, by: 'argument' },
});
const event = (channel: string, ...inboxes: string[]) => ({
  channel,
  inboxes: inboxes.map((inbox) => ({ inbox })),
  failure: {},
  deadByHeaders: false,
});

describe('classifyChannels', () => {
  it('[L1] an exchange that a queue dead-letters to, and the queue behind it, whatever their names', () => {
    const deaths = classifyChannels(
      aPicture({
        channels: [aChannel('shop'), aChannel('graveyard')],
        inboxes: [aQueue('orders', { ...deadTo('graveyard'), consumers: [aConsumer('order-service')] }), aQueue('coffin')],
        bindings: [bound('shop', 'orders'), bound('graveyard', 'coffin')],
      }),
    );
    expect(deaths.channels.get('graveyard')).toEqual({
      kind: 'dead-letter',
      score: 1,
      certain: true,
      why: 'orders sends its rejected messages here (its dead-letter argument).',
    });
    expect(deaths.inboxes.get('coffin')).toMatchObject({ kind: 'dead-letter', certain: true });
    expect(deaths.channels.has('shop')).toBe(false);
    expect(deaths.inboxes.has('orders')).toBe(false);
  });

  it('[L1] a queue behind the default exchange is one by the key', () => {
    const deaths = classifyChannels(aPicture({ inboxes: [aQueue('orders', deadTo('', 'coffin')), aQueue('coffin')] }));
    expect(deaths.inboxes.get('coffin')).toMatchObject({ kind: 'dead-letter', certain: true });
  });

  it('[L2] names are scored, retry names are not dead-letter names', () => {
    const deaths = classifyChannels(
      aPicture({
        broker: 'kafka',
        system: 'kafka',
        channels: ['orders', 'orders-dlt', 'orders-inventory-retry-0', 'orders-retry-0-dlt', 'reporting-dlq'].map((name) => aTopic(name)),
      }),
    );
    expect([...deaths.channels].map(([name, { kind, certain }]) => [name, kind, certain])).toEqual([
      ['orders-dlt', 'dead-letter', false],
      ['orders-inventory-retry-0', 'retry', false],
      ['orders-retry-0-dlt', 'dead-letter', false],
      ['reporting-dlq', 'dead-letter', false],
    ]);
    const names = ['error', 'EasyNetQ_Default_Error_Queue', 'ErrorExchange_order.placed', 'payments_error'];
    const rabbit = classifyChannels(aPicture({ channels: names.map((name) => aChannel(name)) }));
    expect([...rabbit.channels.keys()]).toEqual(names);
    expect(['errors', 'errors.orders', 'order-error-rate'].filter((name) => namesDeadLetters(name))).toEqual([]);
    expect(namesRetry('retryable-orders')).toBe(false);
  });

  it('[L3] a waiting queue whose letters go back is a ladder, not a grave', () => {
    const ladder = aPicture({
      channels: [aChannel('shop'), aChannel('again'), aChannel('dlx')],
      inboxes: [
        aQueue('orders', { ...deadTo('again'), consumers: [aConsumer('order-service')] }),
        aQueue('orders.later', { ...deadTo('', 'orders'), messageTtlMs: 2000 }),
        aQueue('orders.dlq'),
        aQueue('payment', deadTo('dlx')),
      ],
      bindings: [bound('shop', 'orders'), bound('again', 'orders.later'), bound('dlx', 'orders.dlq')],
    });
    const deaths = classifyChannels(ladder);
    expect(deaths.channels.get('again')).toMatchObject({ kind: 'retry', certain: true });
    expect(deaths.inboxes.get('orders.later')).toMatchObject({ kind: 'retry' });
    expect(deaths.inboxes.has('orders')).toBe(false);
    expect(deaths.channels.get('dlx')).toMatchObject({ kind: 'dead-letter' });
    expect(isDeadLetter(event('again', 'orders.later'), deaths)).toBe(false);
  });

  it('[L3] a work queue with a TTL whose letters end in a grave is no ladder, also while nobody reads it', () => {
    const deaths = classifyChannels(
      aPicture({
        channels: [aChannel('dlx')],
        inboxes: [aQueue('sms', { ...deadTo('dlx'), messageTtlMs: 60_000 }), aQueue('sms-letters')],
        bindings: [bound('dlx', 'sms-letters')],
      }),
    );
    expect(deaths.channels.get('dlx')).toMatchObject({ kind: 'dead-letter' });
    expect(deaths.inboxes.get('sms-letters')).toMatchObject({ kind: 'dead-letter' });
  });

  it('[L4] an exchange that serves work and graves is mixed: there the inbox decides', () => {
    const deaths = classifyChannels(
      aPicture({
        channels: [aChannel('shop')],
        inboxes: [aQueue('orders', { ...deadTo('shop', 'dead'), consumers: [aConsumer('order-service')] }), aQueue('coffin')],
        bindings: [bound('shop', 'orders', 'order.#'), bound('shop', 'coffin', 'dead')],
      }),
    );
    expect(deaths.channels.get('shop')).toMatchObject({ kind: 'mixed' });
    expect(isDeadLetter(event('shop', 'orders'), deaths)).toBe(false);
    expect(isDeadLetter(event('shop', 'coffin'), deaths)).toBe(true);
    expect(isDeadLetter({ ...event('shop', 'coffin'), failure: null }, deaths)).toBe(false);
  });

  it('[L1] an exchange where letters get lost is one too', () => {
    const deaths = classifyChannels(aPicture({ channels: [aChannel('void')], inboxes: [aQueue('orders', deadTo('void'))] }));
    expect(deaths.channels.get('void')).toMatchObject({ kind: 'dead-letter' });
    expect(isDeadLetter(event('void'), deaths)).toBe(true);
  });

  it('[L5] on Kafka the headers of a dead letter are enough, but not on a retry topic', () => {
    const deaths = classifyChannels(aPicture({ system: 'kafka', channels: [aTopic('errors-of-billing'), aTopic('orders-retry-1')] }));
    expect(isDeadLetter({ ...event('errors-of-billing'), deadByHeaders: true }, deaths)).toBe(true);
    expect(isDeadLetter({ ...event('orders-retry-1'), deadByHeaders: true }, deaths)).toBe(false);
    expect(isDeadLetter(event('errors-of-billing'), deaths)).toBe(false);
  });

  it('our own queues say nothing', () => {
    expect(
      classifyChannels(
        aPicture({
          channels: [aChannel('shop')],
          inboxes: [aQueue('eventyard.dlq', { ours: true })],
          bindings: [bound('shop', 'eventyard.dlq')],
        }),
      ).inboxes.size,
    ).toBe(0);
  });
});
