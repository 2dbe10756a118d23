import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type {
  Connect,
  Delivery,
  Identity,
  LogTransport,
  Message,
  QueueDeclaration,
  QueueTransport,
  RecordDelivery,
  Transports,
} from './port';

export interface TransportWorld {
  readonly connect: Connect;
  /** Ends the broker's connections and brings it back; null where a test may not do that to the broker. */
  readonly outage: ((during: () => Promise<void>) => Promise<void>) | null;
  close(): Promise<void>;
}

const SOON = { timeout: 90_000, interval: 25 };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = ({ body }: { readonly body: Uint8Array }): string => new TextDecoder().decode(body);

const aMessage = (n: number | string, more: Partial<Message> = {}): Message => ({
  id: `m-${n}`,
  type: 'thing.happened',
  key: 'thing.happened',
  body: encode(String(n)),
  contentType: 'application/json',
  headers: { 'x-number': String(n) },
  ...more,
});

interface Opened {
  transports(service?: string): Promise<Transports>;
  readonly name: string;
  close(): Promise<void>;
}

async function open(world: TransportWorld): Promise<Opened> {
  const opened: Transports[] = [];
  let instance = 0;
  return {
    name: `t-${randomUUID().slice(0, 8)}`,
    async transports(service = 'contract') {
      const who: Identity = { service, instance: (instance += 1) };
      const transports = await world.connect(who);
      opened.push(transports);
      return transports;
    },
    close: async () => void (await Promise.all(opened.flatMap(({ rabbitmq, kafka }) => [rabbitmq.close(), kafka.close()]))),
  };
}

/** The promises of port.ts about exchanges and queues, over any adapter. Every test works on a channel of its own. */
export function describeQueueTransport(name: string, openWorld: () => Promise<TransportWorld>): void {
  describe(`queue transport contract: ${name}`, () => {
    let world: TransportWorld;
    let at: Opened;
    let shop: QueueTransport;
    let channel: string;
    beforeEach(async () => {
      world = await openWorld();
      at = await open(world);
      channel = at.name;
      shop = (await at.transports()).rabbitmq;
    });
    afterEach(async () => {
      await at.close();
      await world.close();
    });
    const declare = async (queue: Partial<QueueDeclaration> = {}, type: 'topic' | 'fanout' = 'topic'): Promise<void> => {
      const inbox = queue.name ?? `${channel}.in`;
      await shop.declare({
        exchanges: [{ name: channel, type }],
        queues: [{ ...queue, name: inbox }],
        bindings: [{ queue: inbox, exchange: channel, key: '#' }],
      });
    };
    const drain = async (queue: string): Promise<Message[]> => {
      const messages: Message[] = [];
      for (let got = await shop.get(queue); got !== null; got = await shop.get(queue)) messages.push(got);
      return messages;
    };

    it('[T1] [T2] what is confirmed arrives as it was sent, headers with their kind', async () => {
      await declare();
      const sent = aMessage(1, {
        headers: { text: 'käse', count: 3, bytes: Uint8Array.of(0, 255, 7) },
        contentEncoding: 'gzip',
        correlationId: 'c-1',
        replyTo: 'somewhere',
        timestampMs: 1_700_000_000_000,
        expirationMs: 60_000,
        priority: 4,
        appId: 'order-service',
      });
      expect(await shop.publish(channel, sent)).toBe('confirmed');
      const [got] = await drain(`${channel}.in`);
      expect({ ...got, body: textOf(got!), headers: { ...got!.headers, bytes: [...(got!.headers.bytes as Uint8Array)] } }).toEqual({
        ...sent,
        body: '1',
        headers: { text: 'käse', count: 3, bytes: [0, 255, 7] },
      });
    });

    it('[T3] what a crash leaves unanswered comes again, marked; what was acknowledged does not', async () => {
      await declare();
      const first = (await at.transports()).rabbitmq;
      const given: Delivery[] = [];
      await first.consume(`${channel}.in`, { prefetch: 3 }, (delivery) => void given.push(delivery));
      for (let n = 0; n < 3; n += 1) await shop.publish(channel, aMessage(n));
      await vi.waitFor(() => expect(given).toHaveLength(3), SOON);
      given[0]!.ack();
      await vi.waitFor(async () => expect((await shop.depth(`${channel}.in`))?.ready).toBe(0), SOON);
      // The acknowledgement is on its way; a crash before it would bring the message again, which is allowed and not what is asked here.
      await sleep(100);
      first.crash();
      const again: Delivery[] = [];
      await shop.consume(`${channel}.in`, { prefetch: 10 }, (delivery) => (again.push(delivery), delivery.ack()));
      await vi.waitFor(
        () =>
          expect(again.map(({ message, redelivered }) => [message.id, redelivered]).sort()).toEqual([
            ['m-1', true],
            ['m-2', true],
          ]),
        SOON,
      );
    });

    it('[T4] a consumer that stops takes no more, and what it was given may be finished', async () => {
      await declare();
      const given: Delivery[] = [];
      const consumer = await shop.consume(`${channel}.in`, { prefetch: 1 }, (delivery) => void given.push(delivery));
      for (let n = 0; n < 3; n += 1) await shop.publish(channel, aMessage(n));
      await vi.waitFor(() => expect(given).toHaveLength(1), SOON);
      await consumer.stop();
      given[0]!.ack();
      await vi.waitFor(async () => expect(await shop.depth(`${channel}.in`)).toEqual({ ready: 2, consumers: 0 }), SOON);
      expect((await drain(`${channel}.in`)).map(textOf)).toEqual(['1', '2']);
      expect(given).toHaveLength(1);
    });

    it('[T5] unroutable and mandatory is returned; a full queue that refuses is refused; an alternate exchange is no return', async () => {
      await declare({ arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } });
      expect(await shop.publish(channel, aMessage(1), { mandatory: true })).toBe('confirmed');
      expect(await shop.publish(channel, aMessage(2), { mandatory: true })).toBe('refused');
      await shop.declare({
        exchanges: [
          { name: `${channel}.unrouted`, type: 'fanout' },
          { name: `${channel}.commands`, type: 'direct', alternate: `${channel}.unrouted` },
          { name: `${channel}.events`, type: 'direct' },
        ],
        queues: [{ name: `${channel}.lost` }],
        bindings: [{ queue: `${channel}.lost`, exchange: `${channel}.unrouted`, key: '' }],
      });
      expect(await shop.publish(`${channel}.events`, aMessage(3), { mandatory: true })).toBe('returned');
      expect(await shop.publish(`${channel}.events`, aMessage(3))).toBe('confirmed');
      expect(await shop.publish(`${channel}.commands`, aMessage(4), { mandatory: true })).toBe('confirmed');
      expect((await drain(`${channel}.lost`)).map(textOf)).toEqual(['4']);
    });

    it('[T6] declaring again changes nothing, other arguments are an error, and the connection lives on', async () => {
      const exact = { 'x-dead-letter-exchange': `${channel}.dlx`, 'x-message-ttl': 3_600_000, 'x-max-retries': 3 };
      await declare({ arguments: exact });
      await declare({ arguments: exact });
      await expect(declare({ arguments: { ...exact, 'x-message-ttl': 4 } })).rejects.toThrow();
      expect(await shop.publish(channel, aMessage(1))).toBe('confirmed');
    });

    it('[T9] order holds within a queue; a header chooses on a headers exchange; priority goes first', async () => {
      await shop.declare({
        exchanges: [{ name: channel, type: 'headers' }],
        queues: [{ name: `${channel}.sms` }, { name: `${channel}.mail`, arguments: { 'x-max-priority': 10 } }],
        bindings: ['sms', 'mail'].map((kind) => ({
          queue: `${channel}.${kind}`,
          exchange: channel,
          key: '',
          arguments: { 'x-match': 'all', channel: kind },
        })),
      });
      for (let n = 0; n < 5; n += 1) await shop.publish(channel, aMessage(n, { headers: { channel: 'sms' } }));
      for (const priority of [1, 9, 5, 9]) await shop.publish(channel, aMessage(priority, { headers: { channel: 'mail' }, priority }));
      expect((await drain(`${channel}.sms`)).map(textOf)).toEqual(['0', '1', '2', '3', '4']);
      expect((await drain(`${channel}.mail`)).map(textOf)).toEqual(['9', '9', '5', '1']);
    });

    it('[T3] rejected dies at the dead-letter exchange, or goes back until the delivery limit', async () => {
      const dlx = `${channel}.dlx`;
      await shop.declare({
        exchanges: [{ name: dlx, type: 'direct' }],
        queues: [{ name: `${channel}.dlq` }],
        bindings: [{ queue: `${channel}.dlq`, exchange: dlx, key: 'dead' }],
      });
      await declare({
        arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 2, 'x-dead-letter-exchange': dlx, 'x-dead-letter-routing-key': 'dead' },
      });
      const attempts: string[] = [];
      await shop.consume(`${channel}.in`, { prefetch: 1 }, (delivery) => {
        attempts.push(textOf(delivery.message));
        delivery.reject(textOf(delivery.message) === 'again');
      });
      await shop.publish(channel, aMessage('once'));
      await shop.publish(channel, aMessage('again'));
      await vi.waitFor(async () => expect((await shop.depth(`${channel}.dlq`))?.ready).toBe(2), SOON);
      expect(attempts).toEqual(['once', 'again', 'again', 'again']);
      expect((await drain(`${channel}.dlq`)).map((message) => [textOf(message), message.key])).toEqual([
        ['once', 'dead'],
        ['again', 'dead'],
      ]);
    });

    it('[T11] a crash takes exclusive queues with it and leaves what is durable', async () => {
      await declare();
      const other = (await at.transports()).rabbitmq;
      const own = { exchanges: [], queues: [{ name: `${channel}.own`, exclusive: true, durable: false }], bindings: [] };
      await other.consume(`${channel}.own`, { prefetch: 1, declare: own }, () => {});
      await shop.publish(channel, aMessage(1));
      other.crash();
      await expect(other.publish(channel, aMessage(2))).rejects.toThrow();
      await vi.waitFor(async () => expect(await shop.depth(`${channel}.own`)).toBeNull(), SOON);
      expect((await drain(`${channel}.in`)).map(textOf)).toEqual(['1']);
    });

    it('[T10] an outage is told and ends; consumers and their own queues come back', async ({ skip }) => {
      if (world.outage === null) return skip('this broker is not ours to stop');
      await declare();
      const got: string[] = [];
      const states: string[] = [];
      shop.onState((state) => states.push(state));
      await shop.consume(`${channel}.in`, { prefetch: 5 }, ({ message, ack }) => (got.push(textOf(message)), ack()));
      const own = {
        exchanges: [{ name: `${channel}.cast`, type: 'fanout' as const }],
        queues: [{ name: `${channel}.own`, exclusive: true, durable: false }],
        bindings: [{ queue: `${channel}.own`, exchange: `${channel}.cast`, key: '' }],
      };
      await shop.consume(`${channel}.own`, { prefetch: 5, declare: own }, ({ message, ack }) => (got.push(textOf(message)), ack()));
      await world.outage(async () => {
        await vi.waitFor(() => expect(shop.state()).toBe('disconnected'), SOON);
        await expect(shop.publish(channel, aMessage('never'))).rejects.toThrow();
      });
      await vi.waitFor(() => expect(shop.state()).toBe('connected'), SOON);
      await vi.waitFor(() => shop.publish(channel, aMessage('queue')), SOON);
      await vi.waitFor(
        async () => expect(await shop.publish(`${channel}.cast`, aMessage('own'), { mandatory: true })).toBe('confirmed'),
        SOON,
      );
      await vi.waitFor(() => expect(new Set(got)).toEqual(new Set(['queue', 'own'])), SOON);
      expect(states.slice(0, 2)).toEqual(['disconnected', 'connected']);
    });
  });
}

/** The promises of port.ts about topics and groups, over any adapter. */
export function describeLogTransport(name: string, openWorld: () => Promise<TransportWorld>): void {
  describe(`log transport contract: ${name}`, () => {
    let world: TransportWorld;
    let at: Opened;
    let shop: LogTransport;
    let topic: string;
    beforeEach(async () => {
      world = await openWorld();
      at = await open(world);
      topic = at.name;
      shop = (await at.transports()).kafka;
      await shop.declareTopics([{ name: topic, partitions: 4 }]);
    });
    afterEach(async () => {
      await at.close();
      await world.close();
    });
    const produce = (...messages: Message[]): Promise<void> =>
      shop.produce(
        messages.map((message) => ({ topic, message })),
        { acks: 'all' },
      );
    const group = { start: 'earliest', recordsPerPoll: 10 } as const;
    /** A member that commits record by record what `seen` took. */
    const reading = async (transport: LogTransport, name: string, seen: RecordDelivery[], more: object = {}) =>
      transport.join({ ...group, group: name, topics: [topic], ...more }, async (batch) => {
        for (const record of batch.records) {
          if (batch.over()) return;
          seen.push(record);
          await batch.commit(record.offset + 1);
        }
      });

    it('[T1] [T2] [T9] records arrive as they were sent, in order within their key; a codec changes nothing', async () => {
      const sent = [...'abc'].flatMap((key) =>
        [0, 1, 2].map((n) => aMessage(`${key}${n}`, { key, headers: { text: 'käse', at: Uint8Array.of(0, 0, 1, 2) } })),
      );
      for (const [n, message] of sent.entries())
        await shop.produce([{ topic, message }], n % 3 === 0 ? { acks: 'all' } : { acks: 1, compression: n % 2 === 0 ? 'gzip' : 'snappy' });
      const seen: RecordDelivery[] = [];
      await reading((await at.transports()).kafka, `${topic}-g`, seen);
      await vi.waitFor(() => expect(seen).toHaveLength(9), SOON);
      for (const key of 'abc')
        expect(seen.filter((one) => one.message.key === key).map((one) => textOf(one.message))).toEqual([0, 1, 2].map((n) => `${key}${n}`));
      const [first] = seen;
      expect(first!.message).toMatchObject({ type: 'thing.happened', contentType: 'application/json' });
      expect(first!.message.headers.text).toBe('käse');
      expect([...(first!.message.headers.at as Uint8Array)]).toEqual([0, 0, 1, 2]);
      await vi.waitFor(async () => expect(await shop.lag(`${topic}-g`, topic)).toBe(0), SOON);
      // Asking for what is not there spoils no later answer.
      expect(await shop.lag('nobody', `${topic}-never-made`)).toBe(0);
      expect(await shop.lag('nobody', topic)).toBeGreaterThan(0);
    });

    it('[T1] acks 0 and an explicit partition are written, too', async () => {
      // Nobody says that a record without acks was lost, and one that comes before the partition has its leader is: an acked one goes before.
      await shop.produce([{ topic, partition: 2, message: aMessage(0) }], { acks: 'all' });
      await shop.produce([{ topic, partition: 2, message: aMessage(1) }], { acks: 0, compression: 'snappy' });
      const seen: RecordDelivery[] = [];
      await reading(shop, `${topic}-g`, seen);
      await vi.waitFor(() => expect(seen.map(({ partition }) => partition)).toEqual([2, 2]), SOON);
    });

    it('[T7] members share the partitions; what a crashed one had not committed, another gets', async () => {
      const first = await at.transports();
      const held: RecordDelivery[] = [];
      await first.kafka.join({ ...group, group: `${topic}-g`, topics: [topic] }, async (batch) => {
        held.push(...batch.records);
        await sleep(120_000, undefined, { ref: false });
      });
      const keys = Array.from({ length: 12 }, (_, n) => aMessage(n, { key: `k${n}` }));
      await produce(...keys);
      await vi.waitFor(() => expect(held.length).toBeGreaterThan(0), SOON);
      first.kafka.crash();
      const seen: RecordDelivery[] = [];
      const members = await Promise.all([
        reading((await at.transports()).kafka, `${topic}-g`, seen),
        reading((await at.transports()).kafka, `${topic}-g`, seen),
      ]);
      await vi.waitFor(() => expect(new Set(seen.map(({ message }) => message.id)).size).toBe(12), SOON);
      await vi.waitFor(() => expect(members.map((member) => member.assigned().length)).toEqual([2, 2]), SOON);
    });

    it('[T3] a batch whose handler rejects is given again, from what was committed of it', async () => {
      const same = [0, 1, 2].map((n) => aMessage(n, { key: 'k' }));
      await produce(...same);
      const seen: string[] = [];
      let failures = 0;
      await shop.join({ ...group, group: `${topic}-g`, topics: [topic] }, async (batch) => {
        for (const record of batch.records) {
          seen.push(textOf(record.message));
          if (textOf(record.message) === '1' && (failures += 1) === 1) throw new Error('not yet');
          await batch.commit(record.offset + 1);
        }
      });
      await vi.waitFor(() => expect(seen).toEqual(['0', '1', '1', '2']), SOON);
    });

    it('[T4] a member that stops finishes its record and leaves the rest to the next', async () => {
      await produce(...[0, 1, 2, 3].map((n) => aMessage(n, { key: 'k' })));
      const seen: string[] = [];
      let begun = (): void => {};
      const first = new Promise<void>((resolve) => (begun = resolve));
      const member = await shop.join({ ...group, group: `${topic}-g`, topics: [topic] }, async (batch) => {
        for (const record of batch.records) {
          if (batch.over()) return;
          begun();
          await sleep(50);
          seen.push(textOf(record.message));
          await batch.commit(record.offset + 1);
        }
      });
      await first;
      await member.stop();
      const finished = [...seen];
      const rest: RecordDelivery[] = [];
      await reading((await at.transports()).kafka, `${topic}-g`, rest);
      await vi.waitFor(() => expect([...finished, ...rest.map(({ message }) => textOf(message))]).toEqual(['0', '1', '2', '3']), SOON);
    });

    it('[T8] of a transaction all or nothing, and its offsets with it', async () => {
      const transfer = (name: string, fails: boolean): Promise<void> =>
        shop.transaction(`${topic}-tx`, async (transaction) => {
          await transaction.send([
            { topic, message: aMessage(`${name}-debit`, { key: 'k' }) },
            { topic, message: aMessage(`${name}-credit`, { key: 'k' }) },
          ]);
          await transaction.sendOffsets(`${topic}-source`, [{ topic, partition: 0, offset: 1 }]);
          if (fails) throw new Error('declined');
        });
      await expect(transfer('a', true)).rejects.toThrow('declined');
      await transfer('b', false);
      await expect(transfer('c', true)).rejects.toThrow('declined');
      await produce(aMessage('end', { key: 'k' }));
      const [careful, eager]: RecordDelivery[][] = [[], []];
      await reading((await at.transports()).kafka, `${topic}-careful`, careful!, { isolation: 'read_committed' });
      await reading((await at.transports()).kafka, `${topic}-eager`, eager!, { isolation: 'read_uncommitted' });
      await vi.waitFor(() => expect(careful!.map(({ message }) => textOf(message))).toEqual(['b-debit', 'b-credit', 'end']), SOON);
      await vi.waitFor(() => expect(eager!).toHaveLength(7), SOON);
    });

    it('[T7] latest begins with what comes after the join, earliest with everything; a rewound group reads again', async () => {
      await produce(aMessage('before', { key: 'k' }));
      const [late, early]: RecordDelivery[][] = [[], []];
      await reading(shop, `${topic}-late`, late!, { start: 'latest' });
      const member = await reading((await at.transports()).kafka, `${topic}-early`, early!);
      await produce(aMessage('after', { key: 'k' }));
      await vi.waitFor(() => expect(late!.map(({ message }) => textOf(message))).toEqual(['after']), SOON);
      await vi.waitFor(() => expect(early!).toHaveLength(2), SOON);
      await member.stop();
      await vi.waitFor(() => shop.rewind(`${topic}-early`, topic), SOON);
      expect(await shop.lag(`${topic}-early`, topic)).toBe(2);
      await reading((await at.transports()).kafka, `${topic}-early`, early!);
      await vi.waitFor(() => expect(early!.map(({ message }) => textOf(message))).toEqual(['before', 'after', 'before', 'after']), SOON);
    });

    it('[T6] declaring again changes nothing', async () => {
      await shop.declareTopics([{ name: topic, partitions: 9, config: { 'cleanup.policy': 'compact' } }]);
      await shop.produce([{ topic, partition: 3, message: aMessage(1) }], { acks: 'all' });
      const seen: RecordDelivery[] = [];
      const member = await reading(shop, `${topic}-g`, seen);
      await vi.waitFor(() => expect(seen).toHaveLength(1), SOON);
      expect(member.assigned()).toHaveLength(4);
    });

    it('[T10] an outage is told and ends; members come back', async ({ skip }) => {
      if (world.outage === null) return skip('this broker is not ours to stop');
      const seen: RecordDelivery[] = [];
      await reading((await at.transports()).kafka, `${topic}-g`, seen);
      await produce(aMessage('before', { key: 'k' }));
      await vi.waitFor(() => expect(seen).toHaveLength(1), SOON);
      await world.outage(async () => {
        await vi.waitFor(() => expect(shop.state()).toBe('disconnected'), SOON);
        await expect(produce(aMessage('never', { key: 'k' }))).rejects.toThrow();
      });
      await vi.waitFor(() => expect(shop.state()).toBe('connected'), SOON);
      await vi.waitFor(() => produce(aMessage('after', { key: 'k' })), SOON);
      await vi.waitFor(() => expect(seen.map(({ message }) => textOf(message))).toContain('after'), SOON);
    });
  });
}
