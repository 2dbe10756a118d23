import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openLog } from '../log';
import { superviseChild, type SupervisedChild } from './supervise-child';

const ENTRY = fileURLToPath(new URL('./mortal-child.fixture.ts', import.meta.url));

describe('a supervised child', () => {
  let supervised: SupervisedChild | null = null;
  const started: ChildProcess[] = [];
  const greetings: unknown[] = [];
  const supervise = (): SupervisedChild =>
    (supervised = superviseChild({
      entry: ENTRY,
      name: 'mortal',
      env: { COLOUR: 'green' },
      log: openLog({ level: 'silent', format: 'json' }, 'test'),
      onStart: (child) => {
        started.push(child);
        child.on('message', (message) => greetings.push(message));
      },
    }));
  afterEach(async () => {
    await supervised?.close(2_000);
    started.length = 0;
    greetings.length = 0;
  });

  it('[C10] is started again after a crash, as a new process', async () => {
    const child = supervise();
    await vi.waitFor(() => expect(greetings).toHaveLength(1), 60_000);
    const first = child.pid();
    started[0]?.send('die');
    await vi.waitFor(() => expect(greetings).toHaveLength(2), 60_000);
    expect(child.pid()).not.toBe(first);
    expect(greetings[1]).toMatchObject({ colour: 'green', pid: child.pid() });
  });

  it('[C9] close stops it for good, by force when it does not listen', async () => {
    const child = supervise();
    await vi.waitFor(() => expect(greetings).toHaveLength(1), 60_000);
    started[0]?.send('ignore-sigterm');
    await vi.waitFor(() => expect(greetings).toContain('ignoring'), 60_000);
    const gone = once(started[0] as ChildProcess, 'exit');
    await child.close(200);
    expect((await gone)[1]).toBe('SIGKILL');
    expect(child.pid()).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(started).toHaveLength(1);
  });
});
