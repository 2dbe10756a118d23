import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('./index.ts', import.meta.url));

/** What cannot start says why and what to do, in a line a person reads, and leaves nothing running. */
describe('a start that cannot be', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'eventyard-start-'));
  const servers: Server[] = [];
  const mounts: string[] = [];

  beforeAll(() => writeFileSync(join(folder, 'eventyard.yaml'), 'listen: { port: 0 }\nlog: { level: silent }\n'));
  afterAll(async () => {
    for (const mount of mounts) execFileSync('umount', ['-l', mount]);
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    rmSync(folder, { recursive: true, force: true });
  });

  function start(...flags: string[]): Promise<{ readonly code: number | null; readonly said: string }> {
    const child = spawn(process.execPath, ['--import', 'tsx', ENTRY, '--config', join(folder, 'eventyard.yaml'), ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
  }

  async function answering(text: string, status = 200): Promise<string> {
    const server = createServer((_, response) => response.writeHead(status).end(text));
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const expectClear = ({ code, said }: { code: number | null; said: string }, why: RegExp, cure: RegExp): void => {
    expect(said).toMatch(why);
    expect(said).toMatch(cure);
    expect(said, 'no stack').not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  };

  it('[C11] a port that is taken', async () => {
    const port = (await answering('')).split(':')[1] ?? '';
    expectClear(await start('--port', port, '--data', join(folder, 'port')), new RegExp(`port ${port} on 127.0.0.1 is taken`), /--port/);
  });

  it('[C11] a store address where nobody listens, that is no URL, or that is something else', async () => {
    expectClear(await start('--store-url', 'http://127.0.0.1:1'), /store cannot be reached/, /Check store\.url/);
    expectClear(await start('--store-url', `http://${await answering('<html>hello')}`), /is not ClickHouse/, /8123/);
    const { code, said } = await start('--store-url', 'clickhouse:9000');
    expect([code, said.includes('store.url')]).toEqual([2, true]);
  });

  it('[C11] a store that does not take the password; the password is not said', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/ping') return void response.end('Ok.\n');
      response
        .writeHead(403, { 'x-clickhouse-exception-code': '516' })
        .end('Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)');
    });
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    writeFileSync(
      join(folder, 'password.yaml'),
      `listen: { port: 0 }\nlog: { level: silent }\nstore: { url: "http://127.0.0.1:${port}", user: me, password: open-sesame }\n`,
    );
    const outcome = await start('--config', join(folder, 'password.yaml'));
    expectClear(outcome, /does not accept the user or the password/, /store\.password/);
    expect(outcome.said).not.toContain('open-sesame');
  });

  it('[C11] a data folder that is a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    expectClear(await start('--data', join(folder, 'file')), /is not a folder/, /store\.directory/);
  });

  it('[C11] a data folder that another Eventyard uses', async () => {
    const data = join(folder, 'used');
    const { startEmbeddedStore } = await import('./store/embedded/start-embedded');
    const { default: pino } = await import('pino');
    const first = await startEmbeddedStore({ directory: data, log: pino({ level: 'silent' }) });
    try {
      expectClear(await start('--data', data), /is used by another process/, /other Eventyard/);
    } finally {
      await first.close();
    }
  });

  // A disk of one's own takes the right to mount, which tests seldom have outside of a container.
  it.skipIf(!mayMount())('[C11] a data folder that is read-only, and one on a full disk', async () => {
    const readOnly = mount('read-only', 'ro,size=1m');
    expectClear(await start('--data', readOnly), /read-only file system/, /store\.directory/);
    const full = mount('full', 'size=64k');
    writeFileSync(join(full, 'everything'), Buffer.alloc(64 * 1024));
    expectClear(await start('--data', full), /disk of the data folder .* is full/, /Free some space/);
  });

  function mount(name: string, options: string): string {
    const at = join(folder, name);
    mkdirSync(at);
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at]);
    mounts.push(at);
    return at;
  }
});

function mayMount(): boolean {
  const at = mkdtempSync(join(tmpdir(), 'eventyard-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at], { stdio: 'ignore' });
    execFileSync('umount', [at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}
