import { createServer } from 'node:net';
import { ConfigError, type ShopConfig } from './config';
import { openAddressBook, SERVICE_NAMES } from './kernel/http-server/address-book';

/** Below the ports that systems hand out for outgoing connections, in steps that hold a shop of several instances. */
const CANDIDATES = Array.from({ length: 45 }, (_, n) => 10_000 + n * 400);

/**
 * The base port of a shop whose instances are processes of their own, which therefore have to know each other's addresses before they are up. With 0
 * a free one is looked for. @throws ConfigError when something else listens at one of the addresses: it would be taken for the shop
 */
export async function basePortFor({ http, instances }: Pick<ShopConfig, 'http' | 'instances'>): Promise<number> {
  const portsFrom = (base: number): number[] => {
    const addresses = openAddressBook(base);
    return SERVICE_NAMES.flatMap((service) => Array.from({ length: instances[service] }, (_, n) => addresses.port(service, n + 1)));
  };
  const taken = async (base: number): Promise<number | undefined> => {
    for (const port of portsFrom(base)) if (!(await isFree(port, http.host))) return port;
    return undefined;
  };
  if (http.basePort !== 0) {
    const port = await taken(http.basePort);
    if (port === undefined) return http.basePort;
    throw new ConfigError(`http.basePort: something listens at ${http.host}:${port}; SHOP_HTTP_BASE_PORT=0 takes free ports`);
  }
  // Two shops that start at the same moment look in different places.
  const from = process.pid % CANDIDATES.length;
  for (const base of [...CANDIDATES.slice(from), ...CANDIDATES.slice(0, from)]) if ((await taken(base)) === undefined) return base;
  throw new ConfigError('http.basePort: no free ports were found');
}

const isFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, host, () => server.close(() => resolve(true)));
  });
