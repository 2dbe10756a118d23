import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createMetrics } from '../metrics';
import { createHttpClient } from './http-client';

const PATIENCE = { timeout: 60_000, interval: 20 };

/** A service that answers nobody before it is told to. */
async function holdingServer() {
  const held: ServerResponse[] = [];
  const server = createServer((_, response) => void held.push(response));
  // The server must not be the one who closes what idles.
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void (server.closeAllConnections(), server.close()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held,
    connections: () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count))),
    answer: () => held.splice(0).forEach((response) => response.end('{}')),
  };
}

describe('the connections of the HTTP client', () => {
  it('[SH13] at most 50 to a service, of which 10 are kept when nothing is asked, and used again', async () => {
    const { url, held, connections, answer } = await holdingServer();
    const limits = { busy: { concurrent: 80, queued: 0, timeoutMs: 120_000 } };
    const client = createHttpClient({ find: () => url, metrics: createMetrics(), limits });
    onTestFinished(() => client.close());

    const asked = Array.from({ length: 80 }, () => client.get('busy', '/'));
    await vi.waitFor(async () => expect([held.length, await connections()]).toEqual([50, 50]), PATIENCE);
    const answering = setInterval(answer, 10);
    await Promise.all(asked);
    clearInterval(answering);
    await vi.waitFor(async () => expect(await connections()).toBe(10), PATIENCE);

    const again = Array.from({ length: 10 }, () => client.get('busy', '/'));
    await vi.waitFor(() => expect(held).toHaveLength(10), PATIENCE);
    expect(await connections()).toBe(10);
    answer();
    await Promise.all(again);
  });
});
