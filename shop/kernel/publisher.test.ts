import { describe, expect, it, vi } from 'vitest';
import type { LinkState, Message, PublishOutcome, Transports } from '../transport/port';
import { toExchange, toTopic } from './channels';
import type { Converters } from './events';
import { anEvent } from './host.fixture';
import { BufferFull, createPublisher, NotConnected, PublishFailed, type PublishLimits } from './publisher';

const never = new Promise<PublishOutcome>(() => {});
const text: Converters = () => ({
  encode: async () => ({ body: new Uint8Array(), contentType: 'text/plain', idInBody: false }),
  decode: () => Promise.reject(new Error('nobody reads here')),
});

/** A publisher on a RabbitMQ that is as it is told, and what it was given. */
function given(limits: Partial<PublishLimits> = {}) {
  const broker = { state: 'connected' as LinkState, answer: (): Promise<PublishOutcome> => Promise.resolve('confirmed'), failures: 0 };
  const sent: string[] = [];
  const listeners = new Set<(state: LinkState) => void>();
  const rabbitmq = {
    state: () => broker.state,
    onState: (listener: (state: LinkState) => void) => (listeners.add(listener), () => listeners.delete(listener)),
    publish: (_: string, { id }: Message) => (sent.push(id), broker.answer()),
  };
  const produce = (records: readonly { readonly message: Message }[]) => (
    sent.push(...records.map(({ message }) => message.id)),
    broker.answer()
  );
  const quiet = (): void => {};
  const counted: string[] = [];
  const publisher = createPublisher({
    who: { service: 'test', instance: 1 },
    transports: { rabbitmq, kafka: { ...rabbitmq, produce } } as unknown as Transports,
    converters: text,
    config: { time: () => 1, trace: 'full' },
    metrics: { published: () => void counted.push('published'), returned: quiet, refused: () => void counted.push('refused') },
    log: { debug: quiet, info: quiet, warn: () => void (broker.failures += 1), error: quiet },
    limits,
  });
  const turn = (state: LinkState): void => {
    broker.state = state;
    for (const listener of listeners) listener(state);
  };
  const publish = (n: number, signal?: AbortSignal) =>
    publisher.publish(anEvent(n, { channels: [toExchange('ecommerce.events')] }), signal);
  return { broker, sent, counted, listeners, turn, publish, publisher };
}

describe('a publisher', () => {
  it('[SM4] keeps what is to be sent while the broker blocks, refuses beyond its buffer, and sends all of it afterwards', async () => {
    const { sent, turn, publish, publisher } = given({ buffer: 3 });
    turn('blocked');
    expect(publisher.ready('rabbitmq')).toBe(false);
    const waiting = [0, 1, 2].map((n) => publish(n));
    await expect(publish(3)).rejects.toThrow(BufferFull);
    expect(sent).toEqual([]);
    turn('connected');
    expect(await Promise.all(waiting)).toEqual(['confirmed', 'confirmed', 'confirmed']);
    expect(sent.toSorted()).toEqual(['event-0', 'event-1', 'event-2']);
    expect(await publish(3)).toBe('confirmed');
  });

  it('[SM2] what Kafka is slow to answer is waited for further, and not sent a second time', async () => {
    const { broker, sent, publisher } = given({ confirmMs: 50, retries: 100 });
    let answer: (outcome: PublishOutcome) => void = () => {};
    broker.answer = () => new Promise<PublishOutcome>((resolve) => (answer = resolve));
    const publishing = publisher.publish(anEvent(1, { channels: [toTopic('order-events')] }));
    await vi.waitFor(() => expect(broker.failures).toBeGreaterThan(0), { timeout: 30_000, interval: 1 });
    answer('confirmed');
    expect(await publishing).toBe('confirmed');
    expect(sent).toEqual(['event-1']);
  });

  it('[SM4] what the broker has when it begins to block is waited for, and not sent a second time', async () => {
    const { broker, sent, listeners, turn, publish } = given({ confirmMs: 5 });
    let answer: (outcome: PublishOutcome) => void = () => {};
    broker.answer = () => {
      turn('blocked');
      return new Promise<PublishOutcome>((resolve) => (answer = resolve));
    };
    const publishing = publish(0);
    await vi.waitFor(() => expect(listeners.size).toBe(1), { timeout: 30_000 });
    turn('connected');
    answer('confirmed');
    expect(await publishing).toBe('confirmed');
    expect(sent).toEqual(['event-0']);
  });

  it('[SM1] what was refused is counted as refused, and not as published', async () => {
    const { broker, counted, publish } = given({ retries: 1 });
    broker.answer = () => Promise.resolve('refused');
    expect(await publish(0)).toBe('refused');
    expect(counted).toEqual(['refused', 'refused']);
  });

  it('[SM4] has a buffer of 1,000', async () => {
    const { broker, publish, publisher } = given({ rate: 10_000, confirmMs: 50, retries: 0 });
    broker.answer = () => never;
    const waiting = Promise.allSettled(Array.from({ length: 1_000 }, (_, n) => publish(n)));
    await expect(publish(1_000)).rejects.toThrow(BufferFull);
    await waiting;
    await publisher.flush();
    broker.answer = () => Promise.resolve('confirmed');
    expect(await publish(1_001)).toBe('confirmed');
  });

  it('[SM4] takes so many messages a second; what is beyond waits its turn', async () => {
    const { sent, publish } = given({ rate: 2 });
    const began = Date.now();
    await Promise.all([0, 1, 2, 3, 4].map((n) => publish(n)));
    // Five fill at least two buckets more than the first.
    expect(Date.now() - began).toBeGreaterThan(1_000);
    expect(sent).toHaveLength(5);
  });

  it('[SM2] a confirm that does not come in time is a failed attempt; after three more it has failed', async () => {
    const { broker, sent, publish } = given({ confirmMs: 5 });
    broker.answer = () => never;
    await expect(publish(0)).rejects.toThrow(PublishFailed);
    expect(sent).toEqual(['event-0', 'event-0', 'event-0', 'event-0']);
  });

  it('[SM2] an abort signal ends the attempts, and the wait for a broker that blocks', async () => {
    const { broker, sent, turn, publish } = given();
    const ending = new AbortController();
    broker.answer = async () => {
      ending.abort(new Error('enough'));
      throw new Error('lost');
    };
    await expect(publish(0, ending.signal)).rejects.toThrow();
    expect(sent).toHaveLength(1);
    turn('blocked');
    const second = new AbortController();
    const waiting = publish(1, second.signal);
    second.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('[SM3] who waits for a broker that blocks is refused when it goes away', async () => {
    const { turn, publish } = given();
    turn('blocked');
    const waiting = publish(0);
    turn('disconnected');
    await expect(waiting).rejects.toThrow(NotConnected);
  });

  it('[SM24] a stop does not wait for a broker that blocks', async () => {
    const { sent, turn, publish, publisher } = given({ drainMs: 600_000 });
    turn('blocked');
    publish(0).catch(() => {});
    await publisher.flush();
    expect(sent).toEqual([]);
  });
});
