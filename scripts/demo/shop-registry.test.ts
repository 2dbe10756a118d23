import avro from 'avsc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bodies } from '../../server/decoding/bodies';
import { bodiesOver } from '../../server/decoding/bodies.fixture';
import { sampleEvents } from '../../shop/schemas/samples.fixture';
import { startShopRegistry, type ShopRegistry } from './shop-registry.fixture';

const record = (...fields: readonly object[]): string =>
  JSON.stringify({ type: 'record', name: 'ParcelPacked', namespace: 'shop', fields });
const CUSTOMER = '{"type":"record","name":"Customer","namespace":"shop","fields":[{"name":"customerId","type":"string"}]}';
const V1 = record({ name: 'orderId', type: 'string' });
const V2 = record({ name: 'orderId', type: 'string' }, { name: 'weight', type: 'int', default: 0 });
const V3 = record({ name: 'orderId', type: 'string' }, { name: 'customer', type: ['null', 'shop.Customer'], default: null });

/** What the shop writes with its own registry, over HTTP, and what Eventyard reads of it. */
describe("the shop's schema registry", () => {
  let server: ShopRegistry;
  let bodies: Bodies;
  beforeAll(async () => {
    server = await startShopRegistry();
    bodies = bodiesOver(server.url);
  });
  afterAll(async () => {
    await bodies.close();
    await server.close();
  });

  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(server.url + path, { method, ...sent });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}`);
    return answer.json();
  };
  const register = async (subject: string, schema: string, references: readonly object[] = []): Promise<number> =>
    ((await ask('POST', `/subjects/${subject}/versions`, { schema, references })) as { id: number }).id;
  const decode = async (body: Uint8Array) => {
    const [decoded] = await bodies.decode(
      [{ broker: 'kafka', channel: 'c', partition: 0, body: new Uint8Array(body), contentType: null }],
      { withinMs: 60_000 },
    );
    return { schema: decoded?.schema, problem: decoded?.problem, value: JSON.parse(decoded?.text ?? 'null') as unknown };
  };
  const written = (id: number, schema: string, value: object, named: Record<string, avro.Type> = {}): Buffer => {
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(id, 1);
    return Buffer.concat([prefix, avro.Type.forSchema(JSON.parse(schema) as avro.Schema, { registry: named }).toBuffer(value)]);
  };

  it('[G61] every event that the shop writes in Avro or Protobuf is read by it', async () => {
    const samples = sampleEvents().flatMap(({ event, languages }) =>
      languages.flatMap((language) => (language === 'JSON' ? [] : [{ event, language }])),
    );
    expect(new Set(samples.map(({ language }) => language))).toEqual(new Set(['AVRO', 'PROTOBUF']));
    for (const { event, language } of samples) {
      const { value, schema } = await decode(await server.encode(event, language === 'AVRO' ? 'avro' : 'protobuf'));
      expect(schema, event.type).toMatchObject({ type: language, version: 1, subject: `${event.type}.v1.${language.toLowerCase()}` });
      expect(value, event.type).toMatchObject(language === 'AVRO' ? { eventId: event.id } : { event_id: event.id });
    }
  });

  it('[G61] [G63] several versions of one subject, one deleted, one with a reference to another subject', async () => {
    await register('customer', CUSTOMER);
    const one = await register('parcel', V1);
    const two = await register('parcel', V2);
    const three = await register('parcel', V3, [{ name: 'shop.Customer', subject: 'customer', version: 1 }]);
    await ask('DELETE', '/subjects/parcel/versions/2');
    expect(await ask('GET', '/subjects/parcel/versions')).toEqual([1, 3]);

    expect(await decode(written(one, V1, { orderId: 'o-1' }))).toMatchObject({
      value: { orderId: 'o-1' },
      schema: { subject: 'parcel', version: 1 },
    });
    expect(await decode(written(two, V2, { orderId: 'o-2', weight: 7 }))).toMatchObject({
      value: { orderId: 'o-2', weight: 7 },
      schema: { subject: 'parcel', version: 2 },
    });
    const named: Record<string, avro.Type> = {};
    avro.Type.forSchema(JSON.parse(CUSTOMER) as avro.Schema, { registry: named });
    expect(await decode(written(three, V3, { orderId: 'o-3', customer: { customerId: 'c-1' } }, named))).toMatchObject({
      value: { orderId: 'o-3', customer: { customerId: 'c-1' } },
      schema: { subject: 'parcel', version: 3 },
    });
  });
});
