import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileRules } from '@/lib/events/recognise/compile-rules';
import { aRecord } from '@/lib/events/recognise/raw-record.fixture';
import { recognise } from '@/lib/events/recognise/recognise';
import type { Bodies } from '../../decoding/bodies';
import { bodiesOver } from '../../decoding/bodies.fixture';
import { shopSchemas, startTestRegistry, wired, type TestRegistry } from '../../schemas/confluent/registry.fixture';
import { DECODING_LIMITS, decodeBatch } from './decode-batch';

/** What is decoded, however busy the machine is. */
const LONG = { chunkMs: 60_000, registryMs: 60_000, batchMs: 60_000 };

describe('bodies decoded before recognition', () => {
  let server: TestRegistry;
  let bodies: Bodies;
  beforeAll(async () => {
    server = await startTestRegistry(shopSchemas);
    bodies = bodiesOver(server.url);
  });
  afterAll(async () => {
    await bodies.close();
    await server.close();
  });

  /** `{ orderId: string, total: long }` as Avro writes it: both lengths and numbers are zigzag. */
  const placed = (orderId: string) =>
    aRecord([['event-type', 'order.placed']], wired(101, Buffer.from([orderId.length * 2, ...Buffer.from(orderId), 14])), {
      partition: 0,
      offset: 1,
    });

  it('[G66] keys within Avro count, and JSON among it is left to recognition', async () => {
    const records = [aRecord([], { orderId: 'o-0' }, { partition: 0, offset: 0 }), placed('o-1'), placed('o-2')];
    const decoded = await decodeBatch(records, 'kafka', bodies, LONG);
    expect([...(decoded?.keys() ?? [])]).toEqual([1, 2]);
    const meaning = recognise(records[2]!, { system: 'kafka', rules: compileRules() }, decoded?.get(2) ?? null);
    expect(meaning).toMatchObject({
      type: 'order.placed',
      schemaId: 101,
      framework: 'event-headers',
      bodyProblem: null,
      businessKeys: [{ name: 'order', value: 'o-2' }],
    });
  });

  it('[G66] a registry that says nothing does not hold the tap; headers still count', async () => {
    const silent = await startTestRegistry(shopSchemas);
    silent.answer = 'never';
    const waiting = bodiesOver(silent.url);
    const decoded = await decodeBatch([placed('o-1')], 'kafka', waiting);
    const meaning = recognise(placed('o-1'), { system: 'kafka', rules: compileRules() }, decoded?.get(0) ?? null);
    expect(meaning).toMatchObject({
      type: 'order.placed',
      schemaId: 101,
      businessKeys: [],
      bodyProblem: expect.stringContaining('has not answered yet'),
    });
    await waiting.close();
    await silent.close();
  });

  it('[G66] when the time of a batch is over, the rest is recognised without', async () => {
    const records = Array.from({ length: 501 }, (_, n) => placed(`o-${n}`));
    let now = 0;
    const decoded = await decodeBatch(records, 'kafka', bodies, DECODING_LIMITS, () => (now += 900));
    expect(decoded?.get(500)).toMatchObject({ object: null, schemaId: 101, problem: 'There was no time to decode it.' });
  });

  it('[G66] where nothing is to be decoded, nothing is asked', async () => {
    expect(await decodeBatch([aRecord([], { a: 1 }), aRecord([], null), aRecord([], 'text')], 'kafka', bodies)).toBeNull();
  });
});
