import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config';
import { basePortFor } from './free-ports';

describe('the addresses of a shop of many processes', () => {
  it('[SP4] given a program at one of them, then that is said with its address', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(basePortFor(readConfig({ flags: { http: { basePort: port } } }))).rejects.toThrow(
      `http.basePort: something listens at 127.0.0.1:${port}`,
    );
    server.close();
  });

  it('[SP4] given 0, then a base port whose addresses are free', async () => {
    const base = await basePortFor(readConfig({ flags: { http: { basePort: 0 } } }));
    expect(base).toBeGreaterThan(1_024);
    await expect(basePortFor(readConfig({ flags: { http: { basePort: base } } }))).resolves.toBe(base);
  });
});
