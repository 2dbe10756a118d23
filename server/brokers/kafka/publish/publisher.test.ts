import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { PublishOutcome } from '@/server/brokers/broker';
import { startFakeKafka, type FakeKafka, type ProduceAnswer } from './fake-kafka.fixture';
import { Publisher } from './publisher';

const OUT_OF_ORDER = 45;
const TIMED_OUT = 7;
const NOT_LEADER = 6;
const CLUSTER_AUTHORIZATION_FAILED = 31;

describe('publishing over a connection that breaks', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  async function publisherTo(
    answers: readonly ProduceAnswer[],
    more: { initError?: number; patience?: number } = {},
  ): Promise<{ kafka: FakeKafka; publish: () => Promise<PublishOutcome> }> {
    const kafka = await startFakeKafka(answers, more.initError);
    // Time passes by attempts: each costs a second.
    const now = () => kafka.batches.length * 1_000;
    const publisher = new Publisher({ name: 'fake', brokers: [kafka.address] }, pino({ level: 'silent' }), now, more.patience);
    open.push(publisher, kafka);
    return {
      kafka,
      publish: () =>
        publisher.publish({
          to: { kind: 'channel', channel: 't', routingKey: null, partition: null },
          key: null,
          headers: [],
          body: Buffer.from('x'),
        }),
    };
  }

  it('[K19] sends again under the same number, so that the broker keeps one', async () => {
    const { kafka, publish } = await publisherTo(['cut', 0]);
    expect(await publish()).toEqual({ confirmed: true, partition: 0, offset: 41 });
    expect(await publish()).toMatchObject({ confirmed: true });
    expect(kafka.batches).toEqual([
      { producerId: 1, epoch: 0, sequence: 0 },
      { producerId: 1, epoch: 0, sequence: 0 },
      { producerId: 1, epoch: 0, sequence: 1 },
    ]);
  });

  it('[K19] without protection it is sent once, and the outcome is not known', async () => {
    const { kafka, publish } = await publisherTo(['cut', 0], { initError: CLUSTER_AUTHORIZATION_FAILED });
    expect(await publish()).toMatchObject({ confirmed: 'unknown' });
    expect(kafka.batches).toEqual([{ producerId: -1, epoch: -1, sequence: -1 }]);
  });

  it('[K19] it is not known either when the broker has forgotten us in between; the next message starts anew', async () => {
    const { kafka, publish } = await publisherTo(['cut', OUT_OF_ORDER, 0]);
    expect(await publish()).toMatchObject({ confirmed: 'unknown' });
    expect(await publish()).toMatchObject({ confirmed: true });
    expect(kafka.batches.at(-1)).toEqual({ producerId: 2, epoch: 0, sequence: 0 });
  });

  it('[K19] gives up after a while, and says that it is not known', async () => {
    const { kafka, publish } = await publisherTo(['cut'], { patience: 2_500 });
    expect(await publish()).toMatchObject({ confirmed: 'unknown' });
    expect(kafka.batches.length).toBe(3);
    expect(new Set(kafka.batches.map((batch) => batch.sequence))).toEqual(new Set([0]));
  });

  it('[K19] replicas that did not confirm are no refusal', async () => {
    const { publish } = await publisherTo([TIMED_OUT], { initError: CLUSTER_AUTHORIZATION_FAILED });
    expect(await publish()).toMatchObject({ confirmed: 'unknown' });
  });

  it('[K18] waits while a leader moves, because nothing was written', async () => {
    const { kafka, publish } = await publisherTo([NOT_LEADER, NOT_LEADER, 0], { initError: CLUSTER_AUTHORIZATION_FAILED });
    expect(await publish()).toMatchObject({ confirmed: true });
    expect(kafka.batches.length).toBe(3);
  });

  it('[K18] a producer id that the broker has forgotten is replaced when nothing is on its way', async () => {
    const { kafka, publish } = await publisherTo([OUT_OF_ORDER, 0]);
    expect(await publish()).toMatchObject({ confirmed: true });
    expect(kafka.batches.map((batch) => batch.producerId)).toEqual([1, 2]);
  });
});
