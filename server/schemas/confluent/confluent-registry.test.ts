import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SchemaRef } from '@/lib/events/schema-ref';
import { openConfluentRegistry } from './confluent-registry';
import { shopSchemas, startTestRegistry, type TestRegistry } from './registry.fixture';

const byId = (id: number): SchemaRef => ({ by: 'id', id });

describe('schema registry', () => {
  let server: TestRegistry;
  beforeEach(async () => (server = await startTestRegistry(shopSchemas)));
  afterEach(() => server.close());

  it('[G62] tells type, text, subject and version; asks once per id, also when many ask at once', async () => {
    const registry = openConfluentRegistry({ url: `${server.url}/` });
    const [one, two] = await Promise.all([registry.schema(byId(101)), registry.schema(byId(101))]);
    expect(one).toBe(two);
    expect(one).toMatchObject({ id: 101, type: 'AVRO', subject: 'orders-value', version: 1, references: [] });
    await registry.schema(byId(101));
    expect(server.asked).toEqual(['/schemas/ids/101', '/schemas/ids/101/versions']);
    expect(await registry.schema(byId(301))).toMatchObject({ type: 'JSON' });
  });

  it('[G62] keeps so many and no more: the oldest is asked for again', async () => {
    const registry = openConfluentRegistry({ url: server.url, mostSchemas: 2 });
    for (const id of [101, 102, 301, 102, 101]) await registry.schema(byId(id));
    expect(server.asked.filter((path) => /ids\/\d+$/.test(path))).toEqual([101, 102, 301, 101].map((id) => `/schemas/ids/${id}`));
  });

  it('[G63] follows references, those that others need first, and a deleted version is still known', async () => {
    const registry = openConfluentRegistry({ url: server.url });
    expect((await registry.schema(byId(103))).references).toMatchObject([
      { name: 'shop.Customer', text: expect.stringContaining('customerId') },
    ]);
    expect(await registry.schema(byId(102))).toMatchObject({ version: 2 });
  });

  it('[G63] references in a circle end', async () => {
    const circle = ['a', 'b'].map((subject, n) => ({
      subject,
      version: 1,
      id: n + 1,
      schema: '{}',
      references: [{ name: n === 0 ? 'b' : 'a', subject: n === 0 ? 'b' : 'a', version: 1 }],
    }));
    const other = await startTestRegistry(circle);
    expect((await openConfluentRegistry({ url: other.url }).schema(byId(1))).references.map(({ name }) => name).sort()).toEqual(['a', 'b']);
    await other.close();
  });

  it('[G64] an unknown id, a refusal, nonsense and silence are told apart; a failure is not asked again for a while', async () => {
    let now = 0;
    const registry = openConfluentRegistry({ url: server.url, timeoutMs: 200, failedForMs: 1_000, clock: () => now });
    await expect(registry.schema(byId(9))).rejects.toMatchObject({ code: 'schema-unknown' });
    await expect(registry.schema(byId(9))).rejects.toMatchObject({ code: 'schema-unknown' });
    expect(server.asked).toHaveLength(1);
    for (const [answer, code] of [
      [500, 'registry-unreachable'],
      [403, 'registry-auth'],
      ['nonsense', 'registry-protocol'],
      ['never', 'registry-unreachable'],
    ] as const) {
      now += 2_000;
      server.answer = answer;
      await expect(registry.schema(byId(9))).rejects.toMatchObject({ code });
    }
    server.answer = 'well';
    await expect(registry.schema(byId(101))).resolves.toMatchObject({ id: 101 });
  });

  it('[G64] a registry that is not there is unreachable; user and password are given', async () => {
    const locked = await startTestRegistry(shopSchemas, 'secret');
    await expect(openConfluentRegistry({ url: locked.url }).schema(byId(101))).rejects.toMatchObject({ code: 'registry-auth' });
    await expect(openConfluentRegistry({ url: locked.url, user: 'reader', password: 'secret' }).schema(byId(101))).resolves.toMatchObject({
      id: 101,
    });
    await locked.close();
    await expect(openConfluentRegistry({ url: locked.url }).schema(byId(101))).rejects.toMatchObject({
      code: 'registry-unreachable',
      retryable: true,
    });
  });
});
