import { readdirSync, readFileSync } from 'node:fs';
import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { open } from './given/demo';

/** The process of this run's demo whose command line names `script`: a child of the server on our port. */
function processOf(script: string): number {
  const lines = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        const [command, status] = [readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'), readFileSync(`/proc/${pid}/stat`, 'utf8')];
        return { pid: Number(pid), command, parent: Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]) };
      } catch {
        return { pid: 0, command: [], parent: 0 };
      }
    });
  const server = lines.find(
    ({ command }) => command.some((word) => word.endsWith('server/index.ts')) && command.includes(String(process.env.EVENTYARD_TEST_PORT)),
  );
  const child = lines.find(({ command, parent }) => parent === server?.pid && command.some((word) => word.includes(script)));
  if (child === undefined) throw new Error(`no process of ${script}`);
  return child.pid;
}

const hears = { hasText: /behind|quiet/ };

test('kill -9 of the collector: the screen says so and recovers by itself', async ({ page, request }) => {
  test.skip(process.platform !== 'linux', 'processes are found in /proc');
  await open(page, '/');
  await expect(page.getByRole('status').filter(hears).first()).toBeVisible();
  process.kill(processOf('demo-collector'), 'SIGKILL');
  await saysAndRecovers(page, request, /collector/i);
});

test('a store that stalls, then dies by kill -9: the screen says so and recovers by itself', async ({ page, request }) => {
  test.skip(process.platform !== 'linux', 'processes are found in /proc');
  await open(page, '/');
  await expect(page.getByRole('status').filter(hears).first()).toBeVisible();
  const store = processOf('embedded');
  process.kill(store, 'SIGSTOP');
  let killed = false;
  const kill = (): void => void (killed = killed || process.kill(store, 'SIGKILL'));
  // Also when the story fails: the other stories are told by the same server.
  await saysAndRecovers(page, request, /store/i, kill).finally(kill);
});

async function saysAndRecovers(page: Page, request: APIRequestContext, words: RegExp, then: () => void = () => {}): Promise<void> {
  const alert = page.getByRole('alert').filter({ hasText: words });
  await expect(alert.first()).toBeVisible();
  then();
  await expect(alert).toHaveCount(0);
  await expect.poll(async () => (await request.get('/readyz')).status()).toBe(200);
  // New events come in again.
  await expect(page.getByRole('status').filter(hears).first()).toBeVisible();
}
