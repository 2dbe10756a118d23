import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode as encodeMessagePack } from '@msgpack/msgpack';
import avro from 'avsc';
import { encode as encodeCbor } from 'cbor-x';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopSchemas, startTestRegistry, wired, type TestRegistry } from '../schemas/confluent/registry.fixture';
import { configSchema } from '../config/schema';
import type { Bodies, EncodedBody } from './bodies';
import { bodiesOver } from './bodies.fixture';
import { openBodies } from './open-bodies';

const LONG = { withinMs: 60_000, checks: true };

describe('bodies', () => {
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

  const textOf = (id: number): string => shopSchemas.find((one) => one.id === id)?.schema ?? '';
  const decode = async (body: Uint8Array, contentType: string | null = null, over: Partial<EncodedBody> = {}) => {
    const [decoded] = await bodies.decode([{ broker: 'kafka', channel: 'orders', partition: 0, body, contentType, ...over }], LONG);
    return decoded === null || decoded === undefined
      ? null
      : { ...decoded, value: decoded.text === null ? null : (JSON.parse(decoded.text) as unknown) };
  };

  it('[G61] Avro by the version it was written with, also a deleted one', async () => {
    const one = avro.Type.forSchema(JSON.parse(textOf(101)) as avro.Schema).toBuffer({ orderId: 'o-1', total: 7 });
    const two = avro.Type.forSchema(JSON.parse(textOf(102)) as avro.Schema).toBuffer({ orderId: 'o-2' });
    expect(await decode(wired(101, one))).toMatchObject({
      value: { orderId: 'o-1', total: 7 },
      schema: { id: 101, type: 'AVRO', subject: 'orders-value', version: 1 },
    });
    expect(await decode(wired(102, two))).toMatchObject({ value: { orderId: 'o-2' }, schema: { version: 2 } });
  });

  it('[G61] Avro with a reference, a decimal, a long beyond 2^53 and bytes keeps every digit', async () => {
    // orderId, decimal 12345 (scale 2), union index 1 + customer, long 2^63-1, two bytes
    const payload = Buffer.from([
      6, 0x6f, 0x2d, 0x33, 4, 0x30, 0x39, 2, 4, 0x63, 0x31, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 4, 0xff, 0x01,
    ]);
    expect(await decode(wired(103, payload))).toMatchObject({
      problem: null,
      value: { orderId: 'o-3', total: '123.45', customer: { customerId: 'c1' }, number: '9223372036854775807', raw: '0xff01' },
    });
  });

  it('[G61] Protobuf with an import, Google’s types, and the second message of the file', async () => {
    const root = new protobuf.Root();
    protobuf.parse(textOf(190), root, { keepCase: true });
    root.addJSON(protobuf.common.get('google/protobuf/timestamp.proto')?.nested ?? {});
    protobuf.parse(textOf(201), root, { keepCase: true });
    const shipment = root.lookupType('shop.v1.Shipment');
    const bytes = shipment
      .encode(
        shipment.fromObject({
          order_id: 'o-1',
          weight: '9007199254740993',
          customer: { customer_id: 'c-1' },
          sent_at: { seconds: 5 },
          parcels: [{ parcel_id: 'p' }],
        }),
      )
      .finish();
    expect(await decode(wired(201, Buffer.concat([Buffer.from([2, 2]), bytes])))).toMatchObject({
      value: { order_id: 'o-1', weight: '9007199254740993', customer: { customer_id: 'c-1' }, parcels: [{ parcel_id: 'p' }] },
      schema: { id: 201, type: 'PROTOBUF' },
    });
    expect((await decode(wired(201, Buffer.from([2, 90]))))?.problem).toContain('no message');
  });

  it('[G61] JSON Schema, MessagePack and CBOR', async () => {
    expect(await decode(wired(301, Buffer.from('{"points":3}')))).toMatchObject({ value: { points: 3 }, schema: { type: 'JSON' } });
    const value = { orderId: 'o-1', n: [1, null, true], bytes: new Uint8Array([255, 0]) };
    const shown = { orderId: 'o-1', n: [1, null, true], bytes: '0xff00' };
    expect((await decode(encodeMessagePack(value), 'application/msgpack', { partition: null }))?.value).toEqual(shown);
    expect((await decode(new Uint8Array(encodeCbor(value)), 'application/cbor'))?.value).toEqual(shown);
  });

  it('[G69] JSON is held against its schema, with references: what it breaks is said and it is shown all the same', async () => {
    const refund = (value: object) => decode(wired(302, Buffer.from(JSON.stringify(value))));
    expect((await refund({ refundId: 'r-1', cents: 5, buyer: { customerId: 'c' } }))?.schema).toMatchObject({ breaks: [], problem: null });
    expect(await refund({ cents: 0, more: 1, buyer: {} })).toMatchObject({
      value: { cents: 0, more: 1, buyer: {} },
      problem: null,
      schema: {
        subject: 'refund-value',
        breaks: [
          "the body must have required property 'refundId'",
          'the body must NOT have additional properties (more)',
          '/cents must be >= 1',
          "/buyer must have required property 'customerId'",
        ],
      },
    });
  });

  it('[G69] a schema that cannot be checked, or takes for ever, leaves the body as it is', async () => {
    expect(await decode(wired(305, Buffer.from('{"a":1}')))).toMatchObject({
      value: { a: 1 },
      schema: { breaks: null, problem: expect.stringContaining('old draft') },
    });
    const own = bodiesOver(server.url);
    const body = wired(304, Buffer.from(JSON.stringify(`${'a'.repeat(60)}!`)));
    const asked = [{ broker: 'kafka', channel: 'c', partition: 0, body, contentType: null }];
    await own.decode(asked, { withinMs: 60_000 });
    const [slow] = await own.decode(asked, { withinMs: 3_000, checks: true });
    expect(slow).toMatchObject({
      text: `"${'a'.repeat(60)}!"`,
      schema: { breaks: null, problem: expect.stringContaining('takes longer') },
    });
    await own.close();
  });

  it('[G61] JSON keeps the digits and the twins that it was sent with', async () => {
    expect((await decode(wired(301, Buffer.from('{"n":12345678901234567890,"a":1,"a":2}'))))?.text).toBe(
      '{"n":12345678901234567890,"a":1,"a":2}',
    );
  });

  it('[G68] a schema that a header names, by Confluent’s id or GUID, and by Apicurio’s ids', async () => {
    const named = (name: string, value: Uint8Array) => ({ headers: [{ name, wire: 'kafka', value }] });
    const long = (id: number) => new Uint8Array([0, 0, 0, 0, 0, 0, id >> 8, id & 255]);
    const placed = Buffer.from([6, ...Buffer.from('o-1'), 14]);
    const shown = { value: { orderId: 'o-1', total: 7 }, schema: { id: 101, type: 'AVRO', subject: 'orders-value', version: 1 } };
    expect(await decode(placed, null, named('__value_schema_id', new Uint8Array([0, 0, 0, 0, 101])))).toMatchObject(shown);
    expect(await decode(placed, null, named('apicurio.value.contentId', long(101)))).toMatchObject(shown);
    const guid = Buffer.from('0189791c3e000102030405060708090a0b', 'hex');
    expect(await decode(Buffer.from('{"refundId":7}'), null, named('__value_schema_id', guid))).toMatchObject({
      value: { refundId: 7 },
      schema: { id: 302, subject: 'refund-value', version: 2, breaks: ['/refundId must be string'] },
    });
    const customer = Buffer.concat([Buffer.from([0]), Buffer.from([10, 1, 99])]);
    expect(await decode(customer.subarray(1), null, named('__value_schema_id', new Uint8Array([0, 0, 0, 0, 190, 0])))).toMatchObject({
      value: { customer_id: 'c' },
    });
    expect((await decode(placed, null, named('apicurio.value.globalId', long(101))))?.problem).toContain('only Apicurio knows');
    const apicurio = bodiesOver(`${server.url}/apis/ccompat/v7`);
    const asked = { broker: 'kafka', channel: 'c', partition: 0, body: new Uint8Array(placed), contentType: null };
    const [global] = await apicurio.decode([{ ...asked, ...named('apicurio.value.globalId', long(101)) }], LONG);
    expect(global).toMatchObject({ text: '{"orderId":"o-1","total":7}', schema: { id: 101, type: 'AVRO' } });
    await apicurio.close();
  });

  describe('[G70] Protobuf as Apicurio’s own serialiser writes it', () => {
    // Shipment { order_id = "o-1"; customer = { customer_id: "c" } }
    const shipment = Buffer.from([10, 3, ...Buffer.from('o-1'), 26, 3, 10, 1, 99]);
    const ref = Buffer.from([10, 10, 8, ...Buffer.from('Shipment')]);
    const shown = { order_id: 'o-1', customer: { customer_id: 'c' } };
    const header = (name: string, value: Uint8Array) => ({ name, wire: 'kafka', value });
    const idHeader = (name: string, id: number) => header(name, new Uint8Array([0, 0, 0, 0, 0, 0, id >> 8, id & 255]));
    const types = [
      header('apicurio.value.msgType', Buffer.from('com.example.shop.Shipments$Shipment')),
      header('apicurio.protobuf.type', Buffer.from('Shipment')),
    ];

    it('an id of 4 bytes (version 3) or 8 (version 2), a Ref, the message', async () => {
      expect(await decode(wired(201, Buffer.concat([ref, shipment])))).toMatchObject({
        problem: null,
        value: shown,
        schema: { id: 201, type: 'PROTOBUF', subject: 'shipments-value', version: 1 },
      });
      const long = bodiesOver(server.url, { idBytes: 8 });
      const asked = { broker: 'kafka', channel: 'c', partition: 0, body: wired(201, Buffer.concat([ref, shipment]), 8), contentType: null };
      expect((await long.decode([asked], LONG))[0]).toMatchObject({ text: JSON.stringify(shown), schema: { id: 201 } });
      await long.close();
      // The first message of the file, by name; and with the path of Confluent's behind the name.
      const other = Buffer.from([7, 10, 5, ...Buffer.from('Other')]);
      expect((await decode(wired(201, Buffer.concat([other, Buffer.from([8, 5])]))))?.value).toEqual({ x: 5 });
      expect((await decode(wired(201, Buffer.concat([ref, Buffer.from([2, 2]), shipment]))))?.value).toEqual(shown);
    });

    it('the id in a header: bare (version 2), behind a Ref (version 3)', async () => {
      for (const body of [shipment, Buffer.concat([ref, shipment])])
        expect(await decode(body, null, { headers: [idHeader('apicurio.value.contentId', 201), ...types] })).toMatchObject({
          problem: null,
          value: shown,
          schema: { id: 201, type: 'PROTOBUF', subject: 'shipments-value' },
        });
      const foreign = [idHeader('apicurio.value.contentId', 201), header('apicurio.protobuf.type', Buffer.from('Nobody'))];
      expect((await decode(shipment, null, { headers: foreign }))?.problem).toContain('Nobody');
    });

    it('the id of a version, in a header or before the payload, with what its schema imports', async () => {
      const apicurio = bodiesOver(`${server.url}/apis/ccompat/v7`, { idBytes: 8, ids: 'global' });
      const asked = { broker: 'kafka', channel: 'c', partition: 0, contentType: null };
      const decoded = await apicurio.decode(
        [
          { ...asked, body: shipment, headers: [idHeader('apicurio.value.globalId', 7201), ...types] },
          { ...asked, body: wired(7201, Buffer.concat([ref, shipment]), 8) },
          { ...asked, body: wired(201, Buffer.concat([ref, shipment]), 8) },
        ],
        LONG,
      );
      for (const one of decoded.slice(0, 2))
        expect(one).toMatchObject({ text: JSON.stringify(shown), problem: null, schema: { id: 7201, type: 'PROTOBUF' } });
      expect(decoded[2]?.problem).toContain('does not have it');
      expect(server.asked).toContain('/apis/registry/v2/groups/default/artifacts/customer-proto/versions/1');
      await apicurio.close();
    });
  });

  it('[G68] Avro of a header is binary, whatever its first byte, unless Apicurio says it is JSON', async () => {
    const id = { name: 'apicurio.value.contentId', wire: 'kafka', value: new Uint8Array([0, 0, 0, 0, 0, 0, 0, 101]) };
    const encoding = { name: 'apicurio.value.encoding', wire: 'kafka', value: Buffer.from('JSON') };
    expect((await decode(Buffer.from('{"orderId":"o-1","total":7}'), null, { headers: [id, encoding] }))?.value).toEqual({
      orderId: 'o-1',
      total: 7,
    });
    const guid = { name: '__value_schema_id', wire: 'kafka', value: new Uint8Array([0, 0, 0, 0, 101]) };
    expect((await decode(Buffer.from('{"orderId"'), null, { headers: [guid] }))?.problem).toContain('Avro:');
  });

  it('[G61] Protobuf of a descriptor file, by the channel', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eventyard-proto-'));
    const file = join(folder, 'shop.proto');
    writeFileSync(file, 'syntax = "proto3"; package shop; message Placed { string order_id = 1; }');
    const config = configSchema.parse({ decoding: { protobuf: [{ channel: 'raw-*', file, message: 'shop.Placed' }] } });
    const own = openBodies(config, new Map());
    const body = new Uint8Array([10, 3, 111, 45, 49]);
    const asked = { broker: 'kafka', channel: 'raw-orders', partition: 0, body, contentType: null };
    expect(own.isEncoded(asked)).toBe(true);
    expect(await own.decode([asked], LONG)).toEqual([
      {
        text: '{"order_id":"o-1"}',
        problem: null,
        schema: { id: null, type: 'PROTOBUF', subject: 'shop.Placed', version: null, problem: null, breaks: null },
      },
    ]);
    await own.close();
    rmSync(folder, { recursive: true });
  });

  it('[G61] what is no Avro, has an unknown schema or is cut short is a reason, never a failure', async () => {
    expect((await decode(wired(101, Buffer.from([200, 1]))))?.problem).toContain('It cannot be decoded: Avro:');
    expect(await decode(wired(999, Buffer.from([1, 2])))).toMatchObject({
      text: null,
      schema: { id: 999, problem: expect.stringContaining('does not have it') },
    });
    expect(await decode(wired(999, Buffer.from('{"a":1}')))).toMatchObject({
      value: { a: 1 },
      schema: { problem: expect.stringContaining('999') },
    });
    expect((await decode(new Uint8Array([0xc1]), 'application/msgpack'))?.problem).toContain('MessagePack');
    expect((await decode(new Uint8Array([1, 2]), 'application/protobuf'))?.problem).toContain('no message is configured');
    expect(await decode(Buffer.from('{"a":1}'))).toBeNull();
  });

  it('[G65] a body made to take for ever is ended, and the next one is decoded', async () => {
    const bomb = await startTestRegistry([
      { subject: 'b', version: 1, id: 1, schema: '{"type":"array","items":{"type":"record","name":"Nothing","fields":[]}}' },
      ...shopSchemas,
    ]);
    const own = bodiesOver(bomb.url);
    const ask = (body: Uint8Array, limits: { readonly withinMs: number }) =>
      own.decode([{ broker: 'kafka', channel: 'c', partition: 0, body, contentType: null }], limits);
    await ask(wired(301, Buffer.from('{}')), LONG);
    const [ended] = await ask(wired(1, Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f])), { withinMs: 300 });
    expect(ended?.problem).toMatch(/takes longer than|too much memory/);
    const [next] = await ask(wired(301, Buffer.from('{"a":1}')), LONG);
    expect(next?.text).toBe('{"a":1}');
    await own.close();
    await bomb.close();
  });
});
