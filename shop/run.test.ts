import { describe, expect, it } from 'vitest';
import { runShop } from './run';

async function run(...args: string[]): Promise<{ code: number; said: string; complained: string }> {
  const [said, complained]: [string[], string[]] = [[], []];
  const code = await runShop({
    args,
    env: {},
    print: (text) => void said.push(text),
    complain: (text) => void complained.push(text),
    signal: new AbortController().signal,
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

  it('given a question without a folder, then the code is 2', async () => {
    expect(await run('state', 'ord-1')).toMatchObject({ code: 2 });
  });
});
