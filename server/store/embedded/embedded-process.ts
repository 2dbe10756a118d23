import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engine';
import { openEngine } from './engine';
import { createHttpInterface } from './http-interface';
import type { FromChild, ToChild } from './messages';

/**
 * The embedded store's process: the native engine and a loopback HTTP server in front of it. It lives as long as its parent: it ends when
 * told to, or when the channel to the parent closes, however the parent died. Signals are ignored on purpose: a terminal's Ctrl-C or a
 * service manager's SIGTERM reaches the whole group, and the taps still want to store their last batch.
 */
const STOP_WITHIN_MS = 5_000;

const tell = (message: FromChild): void => void process.send?.(message);
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

process.once('message', (message: ToChild) => {
  if (message.kind !== 'open') return process.exit(0);
  start(message).catch((error: unknown) => {
    tell({ kind: 'failed', code: codeOf(error), message: error instanceof Error ? error.message : String(error) });
    process.disconnect?.();
    process.exit(1);
  });
});
process.once('disconnect', () => process.exit(0));

async function start({ directory, database, memoryMb, port, user, password }: Extract<ToChild, { kind: 'open' }>): Promise<void> {
  const engine = await openEngine({ directory, database, memoryMb });
  const spoolDirectory = makeSpoolDirectory(directory);
  const server = createHttpInterface({ engine, database, user, password, spoolDirectory });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  tell({ kind: 'ready', port: typeof address === 'object' && address !== null ? address.port : port });

  process.removeAllListeners('disconnect');
  const stop = async (): Promise<void> => {
    setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
    server.close();
    server.closeIdleConnections();
    await closeQuietly(engine);
    rmSync(spoolDirectory, { recursive: true, force: true });
    process.exit(0);
  };
  process.once('disconnect', () => void stop());
  process.on('message', (message: ToChild) => {
    if (message.kind === 'close') void stop();
  });
}

/** In memory where the system has a place for that. What a killed process left there is removed first: the name follows from the data folder. */
function makeSpoolDirectory(directory: string): string {
  const parent = process.platform === 'linux' ? '/dev/shm' : tmpdir();
  const name = `eventyard-${createHash('sha256').update(directory).digest('hex').slice(0, 24)}`;
  try {
    const path = join(parent, name);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { mode: 0o700 });
    return path;
  } catch {
    return mkdtempSync(join(tmpdir(), 'eventyard-'));
  }
}

async function closeQuietly(engine: Engine): Promise<void> {
  try {
    await engine.close();
  } catch {
    // The data is safe: what was acknowledged is on disk. Nothing else is left to do here.
  }
}

const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : 'unknown';
};
