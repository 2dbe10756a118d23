import { describe, expect, it } from 'vitest';
import type { BrokerPicture, InboxPicture } from '@/lib/topology/broker-picture';
import { BrokerView } from './broker-view';

const queue = (inbox: string, routingKey: string | null): InboxPicture => ({
  inbox,
  kind: 'queue',
  title: inbox,
  consumers: [],
  protocol: 'classic',
  state: null,
  deadLetterTo: { channel: 'shop.dlx', routingKey, by: 'argument' },
  durable: true,
  autoDelete: false,
  exclusive: false,
  expires: false,
  messageTtlMs: null,
  ours: false,
});

describe("what ingest knows of a broker's wiring", () => {
  const view = new BrokerView('shop-rabbit', 'rabbitmq');
  const picture: BrokerPicture = {
    broker: 'shop-rabbit',
    system: 'rabbitmq',
    inProcess: false,
    at: 1,
    product: 'x',
    channels: [],
    bindings: [],
    missing: [],
    inboxes: [queue('mail', 'mail'), queue('orders', 'both'), queue('audit', 'both'), queue('plain', null)],
  };
  view.learn(picture);

  it('[I15] the one queue that dead-letters to this channel with this key is where a letter died', () => {
    expect(view.originOf('shop.dlx', 'mail')).toBe('mail');
  });

  it('[I17] messages of a waiting queue go back to the one queue that its wiring leads to', () => {
    const ladder = new BrokerView('shop-rabbit', 'rabbitmq');
    const waiting = (inbox: string, deadLetterTo: InboxPicture['deadLetterTo']): InboxPicture => ({
      ...queue(inbox, null),
      messageTtlMs: 4_000,
      deadLetterTo,
    });
    ladder.learn({
      ...picture,
      inboxes: [
        queue('mail', 'mail'),
        waiting('mail.retry.4000', { channel: 'shop.requeue', routingKey: 'mail', by: 'argument' }),
        waiting('mail.later', { channel: '', routingKey: 'mail', by: 'argument' }),
      ],
      bindings: [{ from: 'shop.requeue', to: { kind: 'inbox', inbox: 'mail' }, routingKey: 'mail', arguments: {} }],
    });
    expect(['mail', 'mail.retry.4000', 'mail.later'].map((inbox) => [ladder.isWaiting(inbox), ladder.queueAfter(inbox)])).toEqual([
      [false, null],
      [true, 'mail'],
      [true, 'mail'],
    ]);
    expect([ladder.isWaiting('mail.retry.9000'), ladder.isWaiting('newer')]).toEqual([true, false]);
  });

  it('[I15] where several queues do, or none, it stays unsaid', () => {
    expect(view.originOf('shop.dlx', 'both')).toBeNull();
    expect(view.originOf('shop.dlx', 'nobody')).toBeNull();
    expect(view.originOf('other', 'mail')).toBeNull();
    expect(view.originOf('shop.dlx', null)).toBeNull();
  });
});
