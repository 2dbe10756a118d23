import { describe, expect, it } from 'vitest';
import type { ReplayRecord } from '@/lib/contract/dead-letters';
import { amqpHeader, amqpProperty } from '@/lib/events/amqp-values';
import { aDeadLetter, aFailure, aHeader, anEvent, noOrigin, utf8 } from '@/lib/events/event.fixture';
import { toEventRow } from '@/lib/events/event-row';
import type { ObservedEvent } from '@/lib/events/observed-event';
import { aChannel, aConsumer, aGroup, aPicture, aQueue, aTopic } from '@/lib/topology/topology.fixture';
import { classifyChannels, NO_DEATHS } from './classify-channels';
import { blocksReplay, planReplay, type ReplaySituation } from './plan-replay';
import { replayMessage } from './replay-message';

const rabbit = aPicture({
  broker: 'rabbit',
  channels: [aChannel('shop'), aChannel('dlx')],
  inboxes: [
    aQueue('orders', { consumers: [aConsumer('order-service')], deadLetterTo: { channel: 'dlx', routingKey: null, by: 'argument' } }),
    aQueue('orders.wait', { messageTtlMs: 2000, deadLetterTo: { channel: '', routingKey: 'orders', by: 'argument' } }),
    aQueue('audit', { consumers: [aConsumer('audit')] }),
    aQueue('orders.dlq'),
    aQueue('eventyard.tap', { ours: true }),
  ],
  bindings: [
    ['shop', 'orders'],
    ['shop', 'audit'],
    ['shop', 'eventyard.tap'],
    ['dlx', 'orders.dlq'],
  ].map(([from, inbox]) => ({
    from: from as string,
    to: { kind: 'inbox' as const, inbox: inbox as string },
    routingKey: 'order.#',
    arguments: {},
  })),
});
const kafka = aPicture({
  broker: 'kafka',
  system: 'kafka',
  channels: ['orders', 'orders-billing-retry-0', 'orders-dlt', 'orders-billing-dlt'].map((name) => aTopic(name)),
  inboxes: [
    aGroup('orders', 'billing'),
    aGroup('orders', 'reporting'),
    aGroup('orders-billing-retry-0', 'billing'),
    aGroup('orders-dlt', 'eventyard', { ours: true }),
  ],
});

const origin = (over: object) => ({ ...noOrigin, ...over });
const rabbitLetter = (over: Partial<ObservedEvent> = {}): ObservedEvent =>
  aDeadLetter({
    system: 'rabbitmq',
    channel: 'dlx',
    inboxes: [{ inbox: 'orders.dlq', evidence: 'declared' }],
    failure: aFailure({
      firstOrigin: origin({ channel: 'shop', inbox: 'orders', routingKey: 'order.placed' }),
      lastOrigin: origin({ channel: '', inbox: 'orders.wait', routingKey: 'orders' }),
    }),
    ...over,
  });
const kafkaLetter = (over: Partial<ObservedEvent> = {}): ObservedEvent =>
  aDeadLetter({
    channel: 'orders-dlt',
    offset: 5,
    failure: aFailure({
      firstOrigin: origin({ channel: 'orders', inbox: 'orders@billing', partition: 0, offset: 9 }),
      lastOrigin: origin({ channel: 'orders', inbox: 'orders@billing' }),
    }),
    ...over,
  });

const plan = (letter: ObservedEvent, over: Partial<ReplaySituation> = {}) => {
  const picture = letter.system === 'kafka' ? kafka : rabbit;
  return planReplay({ letter, picture, deaths: classifyChannels(picture), before: [], newer: [], replayId: 'r-1', ...over });
};
const replayed = (outcome: ReplayRecord['outcome']): ReplayRecord => ({
  replayId: 'r-0',
  letter: 'x',
  by: 'me',
  reason: '',
  intendedAt: 1,
  outcome,
  outcomeAt: 2,
  replayedAs: null,
});
const codes = (item: ReturnType<typeof plan>) => item?.warnings.map(({ code }) => code);

describe('planReplay', () => {
  it('[L20] RabbitMQ: straight to the queue that failed, not to a waiting queue it passed, and taken from its grave', () => {
    expect(plan(rabbitLetter())).toMatchObject({
      way: 'inbox',
      ways: ['inbox', 'channel'],
      target: { kind: 'queue', queue: 'orders' },
      receivers: [{ inbox: 'orders', intended: true }],
      afterwards: 'taken',
      takenFrom: 'orders.dlq',
      warnings: [],
    });
  });

  it('[L21] RabbitMQ: the exchange it was published to, with everybody who gets it again', () => {
    expect(plan(rabbitLetter(), { way: 'channel' })).toMatchObject({
      way: 'channel',
      target: { kind: 'channel', channel: 'shop', routingKey: 'order.placed' },
      receivers: [
        { inbox: 'audit', intended: false },
        { inbox: 'orders', intended: true },
      ],
    });
  });

  it('[L20] Kafka: the group’s own retry topic where one is wired', () => {
    expect(plan(kafkaLetter())).toMatchObject({
      way: 'inbox',
      target: { kind: 'channel', channel: 'orders-billing-retry-0' },
      receivers: [{ inbox: 'orders-billing-retry-0@billing', intended: true }],
      afterwards: 'marked',
      takenFrom: null,
    });
  });

  it('[L21] Kafka: else the original topic, which every group reads', () => {
    const receivers = [
      { inbox: 'orders@billing', intended: true },
      { inbox: 'orders@reporting', intended: false },
    ];
    expect(plan(kafkaLetter(), { way: 'channel' })).toMatchObject({
      way: 'channel',
      target: { kind: 'channel', channel: 'orders' },
      receivers,
    });
    expect(plan(kafkaLetter({ channel: 'orders-billing-dlt', failure: null }))).toMatchObject({
      way: 'channel',
      ways: ['channel'],
      target: { channel: 'orders' },
    });
  });

  it('says that nothing says where it came from', () => {
    expect(plan(rabbitLetter({ failure: null }))).toBeNull();
    expect(plan(kafkaLetter({ failure: null, channel: 'graveyard' }))).toBeNull();
  });

  it('[L24] warns of what was replayed, of what came back, and of newer events of the same key', () => {
    const newer = [toEventRow(anEvent({ type: 'order.cancelled', messageId: 'other' }))];
    expect(codes(plan(rabbitLetter({ replayOf: 'r:x' }), { before: [replayed('sent-and-taken')], newer }))).toEqual([
      'already-replayed',
      'returned-before',
      'newer-event',
    ]);
    expect(plan(rabbitLetter(), { before: [replayed(null)] })?.warnings[0]?.text).toContain('may have been sent');
    expect(codes(plan(rabbitLetter(), { before: [replayed('not-sent')] }))).toEqual([]);
  });

  it('[L25] a cut body or a missing target blocks, nobody reading only warns', () => {
    const cut = plan(rabbitLetter({ bodySize: 1e6 }));
    expect(cut === null ? null : blocksReplay(cut)?.code).toBe('body-cut');
    const without = { ...rabbit, inboxes: rabbit.inboxes.filter(({ inbox }) => inbox !== 'orders') };
    const gone = plan(rabbitLetter(), { picture: without });
    expect(gone === null ? null : blocksReplay(gone)?.code).toBe('target-missing');
    const idle = { ...rabbit, inboxes: rabbit.inboxes.map((inbox) => ({ ...inbox, consumers: [] })) };
    expect(codes(plan(rabbitLetter(), { picture: idle }))).toEqual(['no-consumers']);
    expect(plan(rabbitLetter(), { picture: null, deaths: NO_DEATHS })?.warnings).toEqual([]);
  });
});

describe('replayMessage', () => {
  it('[L22] drops what the death left, keeps order, bytes, types and the trace context, and [L23] stamps its own', () => {
    const headers = [
      amqpProperty('message-id', 'm'),
      amqpProperty('expiration', '100'),
      amqpProperty('user-id', 'guest'),
      amqpHeader('traceparent', 'tp'),
      amqpHeader('n', 5n),
      amqpHeader('x-death', [{ queue: 'orders' }]),
      amqpHeader('x-first-death-queue', 'orders'),
      amqpHeader('x-delivery-count', 3),
      amqpHeader('CC', ['a']),
      amqpHeader('n', { deep: true }),
      amqpHeader('x-eventyard-replay-id', 'old'),
      amqpHeader('x-eventyard-replay-attempt', '2'),
    ];
    const letter = rabbitLetter({ headers });
    const item = plan(letter);
    const message = item === null ? null : replayMessage(letter, item);
    expect(message?.headers).toEqual([
      headers[0],
      headers[3],
      headers[4],
      headers[9],
      amqpHeader('x-eventyard-replay-id', 'r-1'),
      amqpHeader('x-eventyard-replay-of', letter.id),
      amqpHeader('x-eventyard-replay-attempt', '3'),
    ]);
    expect(message).toMatchObject({ to: { kind: 'queue', queue: 'orders' }, body: letter.body });
    expect(item?.droppedHeaders).toEqual([
      'expiration',
      'user-id',
      'x-death',
      'x-first-death-queue',
      'x-delivery-count',
      'CC',
      'x-eventyard-replay-id',
      'x-eventyard-replay-attempt',
    ]);
  });

  it('[L22] keeps a Kafka key and drops Spring’s and Connect’s headers', () => {
    const letter = kafkaLetter({
      key: utf8('o-1'),
      headers: [
        aHeader('event-type', 'x'),
        aHeader('kafka_dlt-original-topic', 'orders'),
        aHeader('kafka_dlt-exception-stacktrace', 's'),
        aHeader('__connect.errors.topic', 'orders'),
        aHeader('nothing', null),
      ],
    });
    const item = plan(letter);
    const message = item === null ? null : replayMessage(letter, item);
    expect(message?.key).toEqual(utf8('o-1'));
    expect(message?.headers.map(({ name }) => name)).toEqual([
      'event-type',
      'nothing',
      'x-eventyard-replay-id',
      'x-eventyard-replay-of',
      'x-eventyard-replay-attempt',
    ]);
    expect(message?.headers[1]?.value).toBeNull();
  });
});
