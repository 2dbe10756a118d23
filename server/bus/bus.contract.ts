import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BrokerPicture } from '@/lib/topology/broker-picture';
import { AppError } from '@/lib/errors';
import type { Bus } from './bus';

/** Two connected ends, and the ways to hurt the connection. */
export interface BusWorld {
  /** The end under test. */
  readonly near: Bus;
  /** What the far end does, told to it by name, since it may live in another process. */
  readonly far: FarEnd;
  close(): Promise<void>;
}

export interface FarEnd {
  /** Announces the pictures `broker-0` … `broker-(count-1)`. */
  announcePictures(count: number): Promise<void>;
  /** Answers `retry-tap` with `{ ok: true }` for tap `good`, throws AppError `tap-closed` for `bad`, never answers for `silent`. */
  answerRetryTap(): Promise<void>;
  /** How many announcements `picture` it has received. */
  received(): Promise<number>;
  stopReading(): Promise<void>;
  die(): Promise<void>;
}

/** The promises of docs/spec/bus.md over any adapter. */
export function describeBusContract(name: string, open: () => Promise<BusWorld>): void {
  describe(`bus contract: ${name}`, () => {
    let world: BusWorld | null = null;
    const opened = async (): Promise<BusWorld> => (world = await open());
    afterEach(async () => {
      await world?.close();
      world = null;
    });

    it('[B1] announcements arrive in order, each once', async () => {
      const { near, far } = await opened();
      const seen: string[] = [];
      near.onAnnouncement('picture', (picture) => seen.push(picture.broker));
      await far.announcePictures(40);
      await vi.waitFor(() => expect(seen.length).toBe(40), 60_000);
      expect(seen).toEqual(Array.from({ length: 40 }, (_, n) => `broker-${n}`));
    });

    it('[B1] a listener that left hears nothing more', async () => {
      const { near, far } = await opened();
      const seen: string[] = [];
      const kept: string[] = [];
      const leave = near.onAnnouncement('picture', (picture) => seen.push(picture.broker));
      near.onAnnouncement('picture', (picture) => kept.push(picture.broker));
      leave();
      await far.announcePictures(1);
      await vi.waitFor(() => expect(kept.length).toBe(1), 60_000);
      expect(seen).toEqual([]);
    });

    it('[B2] a command gets its answer, however many are under way', async () => {
      const { near, far } = await opened();
      await far.answerRetryTap();
      const answers = await Promise.all(Array.from({ length: 50 }, () => near.ask('retry-tap', { tap: 'good' })));
      expect(answers).toEqual(Array.from({ length: 50 }, () => ({ ok: true })));
    });

    it('[B2] what the handler throws comes back with its code', async () => {
      const { near, far } = await opened();
      await far.answerRetryTap();
      await expect(near.ask('retry-tap', { tap: 'bad' })).rejects.toMatchObject({ name: 'AppError', code: 'tap-closed', retryable: true });
    });

    it('[B2] no handler and no answer are named failures', async () => {
      const { near, far } = await opened();
      await expect(near.ask('tap-cards', {})).rejects.toMatchObject({ code: 'bus-no-handler' });
      await far.answerRetryTap();
      await expect(near.ask('retry-tap', { tap: 'silent' }, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'bus-timeout' });
    });

    it('[B3] a dead peer is said, and what waits for it fails by name', async () => {
      const { near, far } = await opened();
      await far.answerRetryTap();
      const presence: boolean[] = [];
      near.onPeer((present) => presence.push(present));
      const waiting = near.ask('retry-tap', { tap: 'silent' }).catch((error: unknown) => error);
      await far.die();
      expect(await waiting).toMatchObject({ code: 'bus-peer-gone' });
      expect(presence).toEqual([true, false]);
      await expect(near.ask('retry-tap', { tap: 'good' })).rejects.toMatchObject({ code: 'bus-peer-gone' });
    });

    it('[B4] a peer that does not read costs bounded memory: announcements are dropped and counted', async () => {
      const { near, far } = await opened();
      await far.stopReading();
      const before = near.dropped();
      for (let n = 0; n < 5_000; n += 1) {
        near.announce('picture', aPicture(`broker-${n}`, 2_000));
        if (n % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(near.dropped() - before).toBeGreaterThan(4_000);
    });
  });
}

export function aPicture(broker: string, padding = 0): BrokerPicture {
  return {
    broker,
    system: 'kafka',
    inProcess: true,
    at: 1,
    product: 'x'.repeat(padding),
    channels: [],
    inboxes: [],
    bindings: [],
    missing: [],
  };
}

/** What `FarEnd.answerRetryTap` must do, for every adapter's far end. */
export function answerRetryTap(bus: Bus): void {
  bus.answer('retry-tap', async ({ tap }) => {
    if (tap === 'bad') throw new AppError('tap-closed', 'this tap is closed', { retryable: true });
    if (tap === 'silent') await new Promise(() => {});
    return { ok: true };
  });
}
