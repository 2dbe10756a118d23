import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bodies } from '@/server/decoding/bodies';
import { bodiesOver } from '@/server/decoding/bodies.fixture';
import { shopSchemas, startTestRegistry, wired, type TestRegistry } from '@/server/schemas/confluent/registry.fixture';
import { anEvent } from '@/lib/events/event.fixture';
import { compileRules } from '@/lib/events/recognise/compile-rules';
import { aStore } from '../fake-store.fixture';
import type { Services } from '../services';
import { noBodies } from '../web.fixture';
import { eventDetail } from './get-event';
import { readKey } from './read-key';

const header = (name: string, ...bytes: number[]) => ({ name, wire: 'kafka', value: Uint8Array.from(bytes) });
const asHex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;

describe('readKey', () => {
  let server: TestRegistry;
  let bodies: Bodies;
  beforeAll(async () => {
    server = await startTestRegistry(shopSchemas);
    bodies = bodiesOver(server.url);
    // The decoder begins with the first that it is asked; what follows is asked with a person's patience.
    await bodies.decode([{ broker: 'kafka', channel: 'c', partition: 0, body: wired(301, Buffer.from('{}')), contentType: null }], {
      withinMs: 60_000,
    });
  });
  afterAll(async () => {
    await bodies.close();
    await server.close();
  });

  const read = (key: Uint8Array | null, headers: ReturnType<typeof header>[] = [], own = bodies) =>
    readKey(own, { broker: 'kafka', channel: 'orders', partition: 0, headers, key });

  it('[G71] Avro: a lone text without its quotes, a record as JSON, with schema and version and the bytes beside', async () => {
    const text = wired(104, Buffer.from([6, ...Buffer.from('o-1')]));
    expect(await read(text)).toEqual({
      text: 'o-1',
      bytes: '0x0000000068066f2d31',
      problem: null,
      schema: { id: 104, type: 'AVRO', subject: 'orders-key', version: 2, problem: null, breaks: null },
    });
    const line = wired(105, Buffer.from([6, ...Buffer.from('o-1'), 14]));
    expect(await read(line)).toMatchObject({ text: '{"orderId":"o-1","line":7}', bytes: asHex(line), schema: { subject: 'lines-key' } });
  });

  it('[G71] Protobuf, by Confluent’s serialiser and Apicurio’s; JSON is held against its schema', async () => {
    const payload = [10, 3, ...Buffer.from('o-1')];
    const shown = { text: '{"order_id":"o-1"}', problem: null, schema: { id: 202, type: 'PROTOBUF', subject: 'shipments-key' } };
    expect(await read(wired(202, Buffer.from([0, ...payload])))).toMatchObject(shown);
    expect(await read(wired(202, Buffer.from([13, 10, 11, ...Buffer.from('ShipmentKey'), ...payload])))).toMatchObject(shown);
    expect(await read(wired(306, Buffer.from('{"refundId":"r-1"}')))).toMatchObject({ text: '{"refundId":"r-1"}', schema: { breaks: [] } });
    expect(await read(wired(306, Buffer.from('{}')))).toMatchObject({
      text: '{}',
      schema: { breaks: ["the body must have required property 'refundId'"] },
    });
  });

  it('[G71] a schema that a header names: the key’s own, never the value’s', async () => {
    const text = Buffer.from([6, ...Buffer.from('o-1')]);
    expect(await read(text, [header('__key_schema_id', 0, 0, 0, 0, 104)])).toMatchObject({ text: 'o-1', schema: { id: 104 } });
    expect(await read(text, [header('apicurio.key.contentId', 0, 0, 0, 0, 0, 0, 0, 104)])).toMatchObject({ text: 'o-1' });
    expect(await read(text, [header('__value_schema_id', 0, 0, 0, 0, 104)])).toBeNull();
    const bare = Buffer.from([10, 3, ...Buffer.from('o-1')]);
    const headers = [
      header('apicurio.key.contentId', 0, 0, 0, 0, 0, 0, 0, 202),
      header('apicurio.protobuf.type.key', ...Buffer.from('ShipmentKey')),
    ];
    expect(await read(bare, headers)).toMatchObject({ text: '{"order_id":"o-1"}' });
  });

  it('[G71] what cannot be decoded is a reason beside the bytes', async () => {
    const broken = wired(104, Buffer.from([200, 1]));
    expect(await read(broken)).toMatchObject({ text: null, bytes: asHex(broken), problem: expect.stringContaining('Avro:') });
    const unknown = wired(999, Buffer.from([6, 111]));
    expect(await read(unknown)).toMatchObject({
      text: null,
      bytes: asHex(unknown),
      schema: { id: 999, type: null, problem: expect.stringContaining('does not have it') },
    });
  });

  it('[G71] an event that is looked at has it beside the key as it is', async () => {
    const event = anEvent({ broker: 'kafka', key: wired(104, Buffer.from([6, ...Buffer.from('o-1')])), messageId: null });
    const detail = await eventDetail({ store: aStore(), bodies, rules: compileRules() } as unknown as Services, event);
    expect(detail).toMatchObject({ row: { key: '0x0000000068066f2d31' }, decodedKey: { text: 'o-1', schema: { subject: 'orders-key' } } });
  });

  it('[G71] text, numbers, no key, no registry and RabbitMQ have nothing to decode, and nobody is asked', async () => {
    const before = server.asked.length;
    for (const key of [null, Buffer.from('o-1'), Buffer.alloc(0), Buffer.from([0, 0, 0, 7]), Buffer.from([0, 0, 0, 0, 0, 0, 0, 7])])
      expect(await read(key)).toBeNull();
    const none = noBodies();
    const text = wired(104, Buffer.from([6, ...Buffer.from('o-1')]));
    expect(await read(text, [], none)).toBeNull();
    expect(await readKey(bodies, { broker: 'kafka', channel: 'c', partition: null, headers: [], key: text })).toBeNull();
    await none.close();
    expect(server.asked.length).toBe(before);
  });
});
