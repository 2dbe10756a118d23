import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClickHouseError } from '@clickhouse/client';
import { afterEach, describe, expect, it } from 'vitest';
import { openReader, type HttpReader } from './read-over-http';

let server: Server | null = null;
let reader: HttpReader | null = null;
afterEach(() => {
  reader?.close();
  server?.closeAllConnections();
  server?.close();
});

async function against(listener: RequestListener): Promise<HttpReader> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  reader = openReader({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    user: 'reader',
    password: 'p:ä',
    database: 'our events',
  });
  return reader;
}
const soon = (): AbortSignal => AbortSignal.timeout(60_000);

describe('a read over HTTP', () => {
  it('says who asks, of which database and with which values', async () => {
    const asked: unknown[] = [];
    const { read } = await against((request, response) => {
      const url = new URL(request.url ?? '', 'http://store');
      const given = Buffer.from(request.headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString('utf8');
      asked.push(given, Object.fromEntries(url.searchParams));
      request.on('data', (chunk: Buffer) => asked.push(chunk.toString('utf8'))).on('end', () => response.end('{"ü":1}'));
    });
    expect(await read('SELECT {id:String}', { id: "it's\ta \\ tab\n", ids: ['a', "b'"], at: 7 }, soon())).toBe('{"ü":1}');
    expect(await read('SELECT 1', { half: 'a\ud800b' }, soon())).toBe('{"ü":1}');
    expect(asked.splice(3)[1]).toMatchObject({ param_half: 'a\ufffdb' });
    expect(asked).toEqual([
      'reader:p:ä',
      {
        database: 'our events',
        default_format: 'JSONCompact',
        param_id: "it\\'s\\ta \\\\ tab\\n",
        param_ids: "['a','b\\'']",
        param_at: '7',
      },
      'SELECT {id:String}',
    ]);
  });

  it('gives what the engine refused with its code', async () => {
    const { read } = await against((_, response) => {
      response.writeHead(500).end('Code: 159. DB::Exception: Timeout exceeded. (TIMEOUT_EXCEEDED) (version 25.1)');
    });
    const error = await read('SELECT 1', {}, soon()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClickHouseError);
    expect(error).toMatchObject({ code: '159' });
  });

  it('asks again when the connection that it kept was closed meanwhile, and only then', async () => {
    let count = 0;
    const { read } = await against((request, response) => {
      count++;
      if (count === 2 || count === 4 || count === 5) return void request.socket.resetAndDestroy();
      response.end(`answer ${count}`);
    });
    expect(await read('SELECT 1', {}, soon())).toBe('answer 1');
    expect(await read('SELECT 1', {}, soon())).toBe('answer 3');
    // A fresh connection that is reset says that something is wrong.
    await expect(read('SELECT 1', {}, soon())).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(count).toBe(5);
  });

  it('an answer that breaks off is an error', async () => {
    const { read } = await against((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
    await expect(read('SELECT 1', {}, soon())).rejects.toThrow();
  });

  it('waits no longer than it may', async () => {
    const { read } = await against(() => undefined);
    await expect(read('SELECT 1', {}, AbortSignal.timeout(50))).rejects.toThrow(/abort/);
  });
});
