import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { BrokerSamples, QueueSample, SampleRequest } from '../../brokers/broker';
import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';
import { FakeBroker } from '../ingest/fake-broker.fixture';
import { MemoryStore } from '../memory-store.fixture';
import { until } from '../until.fixture';
import { Sampler } from './sampler';

const queue = (inbox: string, ready: number): QueueSample => ({
  inbox,
  ready,
  unacked: 0,
  consumers: 1,
  published: null,
  delivered: null,
  acked: null,
  redelivered: null,
  measuredAt: Date.now(),
  by: 'management',
});

class MeasuredBroker extends FakeBroker {
  readonly asked: SampleRequest[] = [];
  failing = false;
  override sample = async (request?: SampleRequest) => {
    if (request !== undefined) this.asked.push(request);
    if (this.failing) throw new Error('no answer');
    return { at: Date.now() * 1000, groups: [], queues: [queue('orders', 3), queue('other', 0)], channels: [] } as BrokerSamples as never;
  };
}

const samplers: Sampler[] = [];
afterEach(async () => {
  await Promise.all(samplers.splice(0).map((sampler) => sampler.close()));
});

function aSampler(everyMs: number) {
  const broker = new MeasuredBroker();
  const store = new MemoryStore();
  const told: { groups: readonly GroupPoint[]; queues: readonly QueuePoint[] }[] = [];
  const sampler = new Sampler(broker, {
    store,
    bus: { announce: () => undefined } as never,
    log: pino({ level: 'silent' }),
    everyMs,
    onSampled: (groups, queues) => told.push({ groups, queues }),
  });
  samplers.push(sampler);
  sampler.start();
  return { broker, store, told, sampler };
}

describe('Sampler', () => {
  it('[M20] measures everything at first, then only what is watched until everything is due again', async () => {
    const { broker, told, sampler } = aSampler(600_000);
    await until('the first look', () => told.length === 1);
    expect(told[0]?.queues.map(({ inbox }) => inbox)).toEqual(['orders', 'other']);
    sampler.watch(['orders']);
    await until('a watched look', () => told.length >= 2);
    expect(told[1]?.queues.map(({ inbox }) => inbox)).toEqual(['orders']);
    expect([...(broker.asked[1]?.watched ?? [])]).toEqual(['orders']);
  });

  it('goes on after a broker that did not answer', async () => {
    const { broker, told, store } = aSampler(200);
    broker.failing = true;
    await until('it was asked in vain', () => broker.asked.length >= 2);
    broker.failing = false;
    const before = told.length;
    await until('it is measured again', () => told.length > before);
    expect(store.queues.some(({ ready }) => ready === 3)).toBe(true);
  });
});
