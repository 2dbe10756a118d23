import { expect, it } from 'vitest';
import { amqpHeader } from '@/lib/events/amqp-values';
import { compileRules } from '@/lib/events/recognise/compile-rules';
import { aRecord } from '@/lib/events/recognise/raw-record.fixture';
import { aPicture, aQueue, aChannel } from '@/lib/topology/topology.fixture';
import { BrokerView } from './broker-view';
import { prepareBatch } from './prepare-batch';

const view = new BrokerView('shop-rabbit', 'rabbitmq');
view.learn(
  aPicture({
    channels: [aChannel('shop'), aChannel('shop.dlx'), aChannel('shop.requeue'), aChannel('shop.retry')],
    inboxes: [
      aQueue('mail', { deadLetterTo: { channel: 'shop.dlx', routingKey: null, by: 'argument' } }),
      aQueue('mail.retry.4000', { messageTtlMs: 4_000, deadLetterTo: { channel: 'shop.requeue', routingKey: 'mail', by: 'argument' } }),
      aQueue('mail.dlq'),
    ],
    bindings: [
      { from: 'shop.requeue', to: { kind: 'inbox', inbox: 'mail' }, routingKey: 'mail', arguments: {} },
      { from: 'shop.dlx', to: { kind: 'inbox', inbox: 'mail.dlq' }, routingKey: 'mail', arguments: {} },
    ],
  }),
);

const letter = (...headers: readonly (readonly [string, string])[]) =>
  aRecord(
    [
      amqpHeader('x-death', [
        { count: 3, reason: 'expired', queue: 'mail.retry.4000', exchange: 'shop.retry', 'routing-keys': ['mail.4000'] },
      ]),
      amqpHeader('x-first-death-queue', 'mail.retry.4000'),
      ...headers.map(([name, text]) => amqpHeader(name, text)),
    ],
    { orderId: 'o-1' },
    { channel: 'shop.dlx', routingKey: 'mail', inboxes: [{ inbox: 'mail.dlq', evidence: 'seen' }] },
  );

const failureOf = async (record: ReturnType<typeof letter>) => {
  const batch = { number: 1, generation: 1, records: [record], gaps: [], offsets: new Map() };
  const { events } = await prepareBatch(batch, { tap: 'tap', epoch: 1 }, view, compileRules());
  return events[0]?.failure;
};

it('[I17] a letter of the retry ladder died where its consumer failed, by that cause', async () => {
  expect(await failureOf(letter(['x-exception-type', 'MailTimeout'], ['x-exception-message', 'too late']))).toMatchObject({
    cause: 'MailTimeout',
    reason: null,
    lastOrigin: { inbox: 'mail' },
    firstOrigin: { inbox: 'mail' },
  });
});

it('[I17] where nobody says a cause, the broker’s word stays', async () => {
  expect(await failureOf(letter())).toMatchObject({ cause: 'expired', reason: 'expired', lastOrigin: { inbox: 'mail' } });
});
