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
    if (rivals.every((row) => row.token === token)) return { epoch };
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * (i + 1)));
  }
  throw new AppError('store-fenced', 'Too many collectors want this tap at once', { retryable: true });
}
