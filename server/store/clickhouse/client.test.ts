import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClient, type StoreClient } from './client';

const WHOLE = '{"meta":[{"name":"n","type":"UInt8"}],"data":[[1],[2]],"rows":2,"statistics":{"elapsed":0,"rows_read":2,"bytes_read":2}}';

describe('an answer of the store', () => {
  let server: Server;
  let client: StoreClient;
  let text = WHOLE;
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => response.end(text));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = openClient({ url: `http://127.0.0.1:${port}`, user: 'u', password: 'p', database: 'd' });
  });
  afterAll(async () => {
    await client.close();
    server.close();
  });

  it('[S6] that is whole is taken', async () => {
    text = WHOLE;
    expect(await client.rows('SELECT 1')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it.each([
    ['is cut off', WHOLE.slice(0, 60), 'store-slow'],
    ['is empty', '', 'store-slow'],
    ['lacks rows', WHOLE.replace('"rows":2', '"rows":3'), 'store-slow'],
    ['ran out of time after its first rows', WHOLE.replace('"statistics"', '"exception":"Code: 159. Timeout","statistics"'), 'store-slow'],
    ['was refused after its first rows', WHOLE.replace('"statistics"', '"exception":"Code: 158. Too many","statistics"'), 'store-refused'],
  ])('[S6] that %s is an error, never half a result', async (_, sent, code) => {
    text = sent;
    await expect(client.rows('SELECT 1')).rejects.toMatchObject({ code });
  });
});
