import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { inProcessBrokers } from '../scripts/shop/in-process-brokers';
import { createInProcessEngine } from '../server/brokers/in-process/engine';
import { SERVICE_NAMES } from './kernel/http-server/address-book';
import type { Program } from './program';
import { runShop } from './run';

const run = (...args: string[]): ReturnType<typeof runWith> => runWith({ args });

async function runWith(some: Partial<Program>): Promise<{ code: number; said: string; complained: string }> {
  const [said, complained]: [string[], string[]] = [[], []];
  const code = await runShop({
    args: [],
    env: {},
    signal: new AbortController().signal,
    ...some,
    print: (text) => void said.push(text),
    complain: (text) => {
      complained.push(text);
      some.complain?.(text);
    },
  });
  return { code, said: said.join('\n'), complained: complained.join('\n') };
}

describe('npm run shop', () => {
  it('given a wrong setting, then its path is said and the code is 2', async () => {
    expect(await run('--rate', 'fast')).toMatchObject({ code: 2, complained: expect.stringMatching(/^rate: /) as string });
    expect(await run('--no-such-flag')).toMatchObject({ code: 2 });
  });

  it('given --plan, then the counts are printed and nothing runs', async () => {
    const { code, said } = await run('--scenario', 'payment-failure', '--plan', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(said)).toMatchObject({ 'payment.failed': 10, 'orders.completed': 90 });
  });

  it('given no broker, then that is said and the code is 3', async () => {
    expect(await run('--broker', 'in-process')).toMatchObject({ code: 3 });
    expect(await run('--broker', 'kafka+rabbitmq')).toMatchObject({ code: 3 });
  });

  it('[SR3] given a port that another program has, then that is said with the way out, and the code is 2', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const env = { SHOP_HTTP_BASE_PORT: String(port - SERVICE_NAMES.indexOf('schema-registry')) };
    try {
      const ended = await runWith({ env, inProcess: inProcessBrokers(createInProcessEngine()) });
      expect(ended.code).toBe(2);
      expect(ended.complained).toMatch(new RegExp(`^http.basePort: 127.0.0.1:${port} is taken .*SHOP_HTTP_BASE_PORT`));
    } finally {
      other.close();
    }
  });

  it('[SR4] [SP1] given a run that is told to end in the middle, then that is said, nothing is compared, and the code is 0', async () => {
    const ending = new AbortController();
    const ended = await runWith({
      args: ['--orders', '1000', '--rate', '1'],
      env: { SHOP_HTTP_BASE_PORT: '0' },
      inProcess: inProcessBrokers(createInProcessEngine()),
      complain: (text) => void (text.startsWith('the shop is open') && ending.abort()),
      signal: ending.signal,
    });
    expect(ended).toMatchObject({ code: 0, said: expect.stringMatching(/^happy-path: told to end after /) as string });
  });

  it('given a question without a folder, then the code is 2', async () => {
    expect(await run('state', 'ord-1')).toMatchObject({ code: 2 });
  });
});
