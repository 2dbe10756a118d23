import { randomBytes } from 'node:crypto';
import { readdirSync, statSync, unlinkSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { InsertSpool } from '../insert-spool';
import { StatementError } from './statement';

/**
 * The folder in which the engine finds what an insert brings. The embedded store's own process puts a body there that came by HTTP; a writer on the same
 * machine and of the same user puts a large one there itself and sends only its name: ten megabytes through a socket and two Node processes
 * cost more than the engine needs to read them.
 */
export const SPOOL_HEADER = 'x-eventyard-spool';
export const SPOOL_PATH = '/spool';

const FILE_NAME = /^[a-z0-9]{1,32}-\d{1,15}\.bin$/;
/** An insert takes seconds at most; a file this old was left by a writer that was killed. */
const LEFT_AFTER_MS = 15 * 60_000;

/** The file of that name in the folder and nowhere else. */
export function spooledFile(directory: string, name: string): string {
  if (!FILE_NAME.test(name)) throw new StatementError('There is no such body', 62);
  return join(directory, name);
}

/** Removes what killed writers left behind. */
export function sweepSpool(directory: string, nowMs: number): void {
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    try {
      if (nowMs - statSync(file).mtimeMs > LEFT_AFTER_MS) unlinkSync(file);
    } catch {
      // It was taken away meanwhile.
    }
  }
}

/** Less than this goes by HTTP: a file would not pay. */
const LEAST_BYTES = 256 * 1024;
const ASK_WITHIN_MS = 5_000;

interface SpoolAccess {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** The writer's half; `undefined` when the store does not say where its folder is. */
export async function openInsertSpool({ url, user, password }: SpoolAccess): Promise<InsertSpool | undefined> {
  try {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const answer = await fetch(`${url}${SPOOL_PATH}`, { headers: { authorization }, signal: AbortSignal.timeout(ASK_WITHIN_MS) });
    const directory = await answer.text();
    return answer.ok && directory.startsWith('/') ? spoolInto(directory) : undefined;
  } catch {
    return undefined;
  }
}

export function spoolInto(directory: string): InsertSpool {
  const writer = randomBytes(8).toString('hex');
  let count = 0;
  return async (bytes) => {
    if (bytes.length < LEAST_BYTES) return null;
    const name = `${writer}-${++count}.bin`;
    const file = join(directory, name);
    const remove = (): Promise<void> => unlink(file).catch(() => undefined);
    try {
      const handle = await open(file, 'wx', 0o600);
      try {
        for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
      } finally {
        await handle.close();
      }
    } catch {
      // No folder here (another machine, another user), or no room in it: the body travels by HTTP, which says what is wrong.
      await remove();
      return null;
    }
    return { headers: { [SPOOL_HEADER]: name }, remove };
  };
}
