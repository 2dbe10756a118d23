import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inProcessBrokers } from '../scripts/shop/in-process-brokers';
import { createInProcessEngine } from '../server/brokers/in-process/engine';
import { openDatabase } from './kernel/db/database';
import { runShop } from './run';

const data = mkdtempSync(join(tmpdir(), 'shop-played-'));
const quick = { SHOP_HTTP_BASE_PORT: '0', SHOP_TIME_FACTOR: '5', SHOP_LOG_LEVEL: 'silent', SHOP_DATA: data };
const ORDER = 'ord-1-00001';
const LIFE = ['1 ORDER_CREATED', '2 ORDER_PLACED', '3 PAYMENT_CONFIRMED', '4 ORDER_SHIPPED', '5 ORDER_COMPLETED'];

async function run(...args: string[]): Promise<{ code: number; said: string; complained: string }> {
  const [said, complained]: [string[], string[]] = [[], []];
  const code = await runShop({
    args,
    env: quick,
    inProcess: inProcessBrokers(createInProcessEngine()),
    print: (text) => void said.push(text),
    complain: (text) => void complained.push(text),
    signal: new AbortController().signal,
  });
  return { code, said: said.join('\n'), complained: complained.join('\n') };
}
const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await run(...args)).said) as Record<string, unknown>;

beforeAll(async () => {
  const { code, said } = await run('--scenario', 'happy-path', '--orders', '3');
  expect(said).toContain('3 orders in');
  expect(code).toBe(0);
}, 300_000);
afterAll(() => rmSync(data, { recursive: true, force: true }));

describe('questions to the files of a run', () => {
  it('[SS3] state: the order as it is, as it was at a moment, and before there was one', async () => {
    expect(await json('state', ORDER)).toMatchObject({ orderId: ORDER, version: 5, state: { status: 'completed' }, events: LIFE });
    const database = openDatabase(join(data, 'order-service.db'));
    const times = database.all<{ at: number }>('SELECT at FROM events WHERE stream = ? ORDER BY version', `order-${ORDER}`);
    database.close();
    const third = new Date(times[2]!.at).toISOString();
    const then = await json('state', ORDER, '--at', third);
    const happened = times.filter(({ at }) => at <= times[2]!.at).length;
    expect(then).toMatchObject({ version: happened, events: LIFE.slice(0, happened) });
    expect((await run('state', ORDER, '--at', '2001-01-01T00:00:00Z')).code).toBe(1);
    expect((await run('state', 'no-such-order')).code).toBe(1);
    expect(await run('state', ORDER, '--at', 'yesterday')).toMatchObject({ code: 2, complained: expect.stringMatching(/^at: /) as string });
  });

  it('[SS3] what-if: the others as they are, without one', async () => {
    const { state, events } = await json('what-if', ORDER, '--without', '3');
    expect(state).toMatchObject({ status: 'completed', paymentId: null });
    expect(events).toEqual(LIFE.filter((line) => !line.startsWith('3 ')));
    expect((await run('what-if', ORDER)).code).toBe(2);
    expect((await run('what-if', ORDER, '--without', 'none')).code).toBe(2);
  });

  it.each([
    ['orders', 'order_details'],
    ['customers', 'orders_by_customer'],
    ['sales', 'sales_by_hour'],
  ])('[SH7] rebuild %s: from the events alone, with the same rows, also when rows were lost', async (name, table) => {
    const first = await json('rebuild', name);
    expect(first).toMatchObject({ projection: name, events: 15 });
    const database = openDatabase(join(data, 'query-service.db'));
    expect(database.run(`DELETE FROM ${table}`).changes).toBeGreaterThan(0);
    database.close();
    const second = await json('rebuild', name);
    expect(second.before).not.toBe(first.after);
    expect(second.after).toBe(first.after);
    expect((await json('rebuild', name)).before).toBe(first.after);
  });

  it('a rebuild of something else, or of nothing, is refused', async () => {
    expect(await run('rebuild', 'no-such')).toMatchObject({ code: 2 });
    expect((await run('rebuild', 'orders', '--data', join(data, 'nowhere'))).code).toBe(3);
  });
});
