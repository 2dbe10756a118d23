import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Poison, type ChannelDeclaration, type Message, type Transport } from './port';

export interface TransportWorld {
  /** A new connection of this service. */
  connect(service: string): Promise<Transport>;
  /** Ends a connection without letting it finish anything, as kill -9 would. */
  crash(transport: Transport): Promise<void>;
  /** Dead letters of an inbox so far, with their headers. */
  deadLetters(channel: string, inbox: string): Promise<readonly Message[]>;
  readonly channelKind: ChannelDeclaration['kind'];
  close(): Promise<void>;
}

const SOON = { timeout: 90_000, interval: 50 };

/** The promises of port.ts, over any adapter. Every test works on a channel of its own. */
export function describeTransportContract(name: string, open: () => Promise<TransportWorld>): void {
  describe(`transport contract: ${name}`, () => {
    let world: TransportWorld;
    let shop: Transport;
    let channel: string;
    beforeEach(async () => {
      world = await open();
      shop = await world.connect('sender');
      channel = `t-${randomUUID().slice(0, 8)}`;
      await shop.declare([{ name: channel, kind: world.channelKind, partitions: 2 }]);
    });
    afterEach(() => world.close());

    const aMessage = (n: number, more: Partial<Message> = {}): Message => ({
      id: `m-${n}`,
      type: 'thing.happened',
      key: 'thing.happened',
      body: new TextEncoder().encode(JSON.stringify({ n })),
      contentType: 'application/json',
      headers: { 'x-number': String(n) },
      ...more,
    });

    it('[T1] [T5] what a publish resolved for arrives, as it was sent', async () => {
      const seen: Message[] = [];
      const reader = await world.connect('reader');
      await reader.subscribe({ inbox: `${channel}-in`, channel }, async (message) => void seen.push(message));
      for (let n = 0; n < 20; n += 1) expect(await shop.publish(channel, aMessage(n))).toBe('confirmed');
      await vi.waitFor(() => expect(seen.length).toBe(20), SOON);
      const third = seen.find((message) => message.id === 'm-3');
      expect(third).toMatchObject({ type: 'thing.happened', key: 'thing.happened', contentType: 'application/json' });
      expect(third?.headers['x-number']).toBe('3');
      expect(new TextDecoder().decode(third?.body)).toBe('{"n":3}');
    });

    it('[T2] a handler that throws sees the message again; used up, it is a dead letter with its cause', async () => {
      const attempts: number[] = [];
      const reader = await world.connect('reader');
      await reader.subscribe({ inbox: `${channel}-in`, channel, attempts: 3, retryDelayMs: 5 }, async (_, { attempt }) => {
        attempts.push(attempt);
        throw new TypeError('no such thing');
      });
      await shop.publish(channel, aMessage(1));
      await vi.waitFor(async () => expect((await world.deadLetters(channel, `${channel}-in`)).length).toBe(1), SOON);
      expect(attempts).toEqual([1, 2, 3]);
      const [letter] = await world.deadLetters(channel, `${channel}-in`);
      expect(letter?.headers['x-number']).toBe('1');
      expect(Object.values(letter?.headers ?? {})).toContain('TypeError');
      expect(Object.values(letter?.headers ?? {})).toContain('no such thing');
    });

    it('[T2] poison is not tried again', async () => {
      const attempts: number[] = [];
      const reader = await world.connect('reader');
      await reader.subscribe({ inbox: `${channel}-in`, channel, attempts: 5 }, async (_, { attempt }) => {
        attempts.push(attempt);
        throw new Poison('Undecodable', 'not JSON');
      });
      await shop.publish(channel, aMessage(1));
      await vi.waitFor(async () => expect((await world.deadLetters(channel, `${channel}-in`)).length).toBe(1), SOON);
      expect(attempts).toEqual([1]);
    });

    it('[T3] a subscriber that stops finishes what it has begun', async () => {
      let begun = 0;
      let finished = 0;
      const reader = await world.connect('reader');
      const subscriber = await reader.subscribe({ inbox: `${channel}-in`, channel, prefetch: 1 }, async () => {
        begun += 1;
        await sleep(100);
        finished += 1;
      });
      for (let n = 0; n < 3; n += 1) await shop.publish(channel, aMessage(n));
      await vi.waitFor(() => expect(begun).toBeGreaterThan(0), SOON);
      await subscriber.stop();
      expect(finished).toBe(begun);
    });

    it('[T4] a crash loses nothing that was not acknowledged', async () => {
      const first = await world.connect('reader');
      let stuck = 0;
      await first.subscribe({ inbox: `${channel}-in`, channel, prefetch: 5 }, async () => {
        stuck += 1;
        await sleep(60_000, undefined, { ref: false });
      });
      for (let n = 0; n < 5; n += 1) await shop.publish(channel, aMessage(n));
      await vi.waitFor(() => expect(stuck).toBeGreaterThan(0), SOON);
      await world.crash(first);
      const seen = new Set<string>();
      const second = await world.connect('reader');
      await second.subscribe({ inbox: `${channel}-in`, channel }, async (message) => void seen.add(message.id));
      await vi.waitFor(() => expect([...seen].sort()).toEqual(['m-0', 'm-1', 'm-2', 'm-3', 'm-4']), SOON);
    });

    it('[T6] a request gets its reply, or a named timeout', async () => {
      const answerer = await world.connect('answerer');
      await answerer.subscribe({ inbox: `${channel}-in`, channel }, async (message) => {
        if (message.headers['x-number'] !== '404')
          await answerer.reply(message, aMessage(1, { id: `answer-${message.id}`, type: 'thing.answered', key: 'x' }));
      });
      const answer = await shop.request(channel, aMessage(7), 20_000);
      expect(answer).toMatchObject({ id: 'answer-m-7', type: 'thing.answered', correlationId: 'm-7' });
      await expect(shop.request(channel, aMessage(404), 300)).rejects.toThrow('request timed out');
    });
  });
}
