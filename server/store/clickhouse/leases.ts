import { randomUUID } from 'node:crypto';
import { AppError } from '@/lib/errors';
import type { TapName } from '@/lib/events/names';
import type { StoreClient } from './client';

const TRIES = 20;

/**
 * Takes a tap over [S5]. Epochs only grow. Two who ask at once may write the same number: who then sees another's row beside his own takes a
 * higher one, so that at most one of them keeps it.
 */
export async function acquireLease(client: StoreClient, tap: TapName, owner: string): Promise<{ readonly epoch: number }> {
  const token = randomUUID();
  for (let i = 0; i < TRIES; i++) {
    const [newest] = await client.rows<{ epoch: number }>('SELECT max(epoch) AS epoch FROM leases WHERE tap = {tap:String}', { tap });
    const epoch = (newest?.epoch ?? 0) + 1;
    await client.insert('leases', [{ tap, epoch, owner, token, at: Date.now() * 1000 }]);
    const rivals = await client.rows<{ token: string }>('SELECT token FROM leases WHERE tap = {tap:String} AND epoch = {epoch:UInt32}', {
      tap,
      epoch,
    });
    if (rivals.every((row) => row.token === token)) {
      await renewLease(client, tap, epoch);
      return { epoch };
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * (i + 1)));
  }
  throw new AppError('store-fenced', 'Too many collectors want this tap at once', { retryable: true });
}

/** The holder says that it is alive; `false` when the tap was taken over. By the store's clock: collectors may run on several machines. */
export async function renewLease(client: StoreClient, tap: TapName, epoch: number): Promise<boolean> {
  const [newest] = await client.rows<{ epoch: number }>('SELECT max(epoch) AS epoch FROM leases WHERE tap = {tap:String}', { tap });
  if ((newest?.epoch ?? 0) > epoch) return false;
  await client.run('INSERT INTO lease_beats SELECT {tap:String}, {epoch:UInt32}, toUnixTimestamp64Micro(now64(6))', { tap, epoch });
  return true;
}

/** Milliseconds since the holder of a tap was last heard of; null when nobody ever said anything. */
export async function leaseSilence(client: StoreClient, tap: TapName): Promise<number | null> {
  const [found] = await client.rows<{ beats: number; silence: number }>(
    'SELECT count() AS beats, intDiv(toUnixTimestamp64Micro(now64(6)) - max(at), 1000) AS silence FROM lease_beats WHERE tap = {tap:String}',
    { tap },
  );
  return found === undefined || found.beats === 0 ? null : Math.max(0, found.silence);
}
