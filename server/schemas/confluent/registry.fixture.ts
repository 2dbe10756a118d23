import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RegistryEntry {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly guid?: string;
  /** Of this version (Apicurio), where it is another number than `id`. */
  readonly globalId?: number;
  readonly schema: string;
  readonly schemaType?: 'PROTOBUF' | 'JSON';
  readonly references?: readonly { readonly name: string; readonly subject: string; readonly version: number }[];
  /** Soft-deleted: only told with `deleted=true`, but its id still answers. */
  readonly deleted?: boolean;
}

export interface TestRegistry {
  readonly url: string;
  /** Paths in the order they were asked. */
  readonly asked: string[];
  /** Everything is answered so: a status, or nothing at all for ever. */
  answer: 'well' | number | 'never' | 'nonsense';
  close(): Promise<void>;
}

/** A real HTTP server with the subset of Confluent's interface that readers use. `password`: what `reader` has to give. */
export async function startTestRegistry(entries: readonly RegistryEntry[], password?: string): Promise<TestRegistry> {
  const registry = { asked: [] as string[], answer: 'well' as TestRegistry['answer'] };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://registry');
    registry.asked.push(pathname);
    if (registry.answer === 'never') return;
    const say = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(body));
    if (registry.answer === 'nonsense') return say(200, { hello: 'world' });
    if (registry.answer !== 'well') return say(registry.answer, { error_code: registry.answer, message: 'as told' });
    const wanted = `Basic ${Buffer.from(`reader:${password}`).toString('base64')}`;
    if (password !== undefined && request.headers.authorization !== wanted)
      return say(401, { error_code: 40101, message: 'who is there?' });
    const deleted = searchParams.get('deleted') === 'true';
    const told = ({ subject, version, id, schema, schemaType, references }: RegistryEntry) => ({
      subject,
      version,
      id,
      schema,
      schemaType,
      references,
    });
    const [, first, second, third, fourth] = pathname
      .replace(/^\/apis\/ccompat\/v7/, '')
      .split('/')
      .map(decodeURIComponent);
    if (first === 'schemas' && second === 'guids') {
      const named = entries.find(({ guid }) => guid === third);
      if (named === undefined) return say(404, { error_code: 40403, message: 'not found' });
      return say(200, fourth === 'ids' ? [{ context: '.', id: named.id }] : { ...told(named), subject: undefined, version: undefined });
    }
    if (pathname.startsWith('/apis/registry/v2/')) {
      // Apicurio's own interface: `ids/globalIds/7`, `groups/default/artifacts/customer-proto/versions/1`, and `…/references` of either.
      const [, , , , kind, , id, artifact, , version] = pathname.split('/').map(decodeURIComponent);
      const bare =
        kind === 'ids'
          ? entries.find((one) => (one.globalId ?? one.id) === Number(id))
          : entries.find((one) => one.subject === artifact && one.version === Number(version));
      if (bare === undefined) return say(404, { error_code: 404, message: 'not found' });
      if (!pathname.endsWith('/references')) return void response.writeHead(200).end(bare.schema);
      return say(
        200,
        (bare.references ?? []).map((one) => ({ groupId: null, artifactId: one.subject, version: `${one.version}`, name: one.name })),
      );
    }
    if (first === 'schemas' && second === 'ids' && fourth === 'versions')
      return say(
        200,
        entries
          .filter(({ id, deleted: gone }) => id === Number(third) && (deleted || gone !== true))
          .map(({ subject, version }) => ({ subject, version })),
      );
    const found =
      first === 'schemas'
        ? entries.find(({ id }) => id === Number(third))
        : entries.find((one) => one.subject === second && one.version === Number(fourth) && (deleted || one.deleted !== true));
    return found === undefined ? say(404, { error_code: 40403, message: 'not found' }) : say(200, told(found));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(registry, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

/** Four versions of one subject's life and what they need: with a default added, deleted, in Protobuf with an import, in JSON. */
export const shopSchemas: readonly RegistryEntry[] = [
  {
    subject: 'orders-value',
    version: 1,
    id: 101,
    schema: JSON.stringify({
      type: 'record',
      name: 'OrderPlaced',
      namespace: 'shop',
      fields: [
        { name: 'orderId', type: 'string' },
        { name: 'total', type: 'long' },
      ],
    }),
  },
  {
    subject: 'orders-value',
    version: 2,
    id: 102,
    deleted: true,
    schema: JSON.stringify({ type: 'record', name: 'OrderPlaced', namespace: 'shop', fields: [{ name: 'orderId', type: 'string' }] }),
  },
  {
    subject: 'orders-value',
    version: 3,
    id: 103,
    references: [{ name: 'shop.Customer', subject: 'customer-value', version: 1 }],
    schema: JSON.stringify({
      type: 'record',
      name: 'OrderPlaced',
      namespace: 'shop',
      fields: [
        { name: 'orderId', type: 'string' },
        { name: 'total', type: { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 } },
        { name: 'customer', type: ['null', 'shop.Customer'] },
        { name: 'number', type: 'long' },
        { name: 'raw', type: 'bytes' },
      ],
    }),
  },
  {
    subject: 'customer-value',
    version: 1,
    id: 90,
    schema: JSON.stringify({ type: 'record', name: 'Customer', namespace: 'shop', fields: [{ name: 'customerId', type: 'string' }] }),
  },
  {
    subject: 'shipments-value',
    version: 1,
    id: 201,
    globalId: 7201,
    schemaType: 'PROTOBUF',
    references: [{ name: 'shop/customer.proto', subject: 'customer-proto', version: 1 }],
    schema: `syntax = "proto3";
package shop.v1;
import "google/protobuf/timestamp.proto";
import "shop/customer.proto";
message Other { int32 x = 1; }
message Shipment {
  message Parcel { string parcel_id = 1; }
  string order_id = 1;
  int64 weight = 2;
  Customer customer = 3;
  google.protobuf.Timestamp sent_at = 4;
  repeated Parcel parcels = 5;
}`,
  },
  {
    subject: 'customer-proto',
    version: 1,
    id: 190,
    schemaType: 'PROTOBUF',
    schema: 'syntax = "proto3"; package shop.v1; message Customer { string customer_id = 1; }',
  },
  // Keys.
  { subject: 'orders-key', version: 2, id: 104, schema: '"string"' },
  {
    subject: 'lines-key',
    version: 1,
    id: 105,
    schema: JSON.stringify({
      type: 'record',
      name: 'LineKey',
      fields: [
        { name: 'orderId', type: 'string' },
        { name: 'line', type: 'long' },
      ],
    }),
  },
  {
    subject: 'shipments-key',
    version: 1,
    id: 202,
    globalId: 7202,
    schemaType: 'PROTOBUF',
    schema: 'syntax = "proto3"; package shop.v1; message ShipmentKey { string order_id = 1; }',
  },
  {
    subject: 'refunds-key',
    version: 1,
    id: 306,
    schemaType: 'JSON',
    schema: '{"type":"object","required":["refundId"],"properties":{"refundId":{"type":"string"}}}',
  },
  { subject: 'loyalty-value', version: 1, id: 301, schemaType: 'JSON', schema: '{"type":"object"}' },
  {
    subject: 'refund-value',
    version: 2,
    id: 302,
    guid: '89791c3e-0001-0203-0405-060708090a0b',
    schemaType: 'JSON',
    references: [{ name: 'buyer.json', subject: 'buyer-value', version: 1 }],
    schema: JSON.stringify({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'https://shop.example/refund.json',
      type: 'object',
      required: ['refundId'],
      additionalProperties: false,
      properties: { refundId: { type: 'string' }, cents: { type: 'integer', minimum: 1 }, buyer: { $ref: 'buyer.json' } },
    }),
  },
  {
    subject: 'buyer-value',
    version: 1,
    id: 303,
    schemaType: 'JSON',
    schema: JSON.stringify({ type: 'object', required: ['customerId'] }),
  },
  { subject: 'slow-value', version: 1, id: 304, schemaType: 'JSON', schema: '{"type":"string","pattern":"^(a+)+$"}' },
  {
    subject: 'old-value',
    version: 1,
    id: 305,
    schemaType: 'JSON',
    schema: '{"$schema":"http://json-schema.org/draft-04/schema#","type":"object"}',
  },
];

/** Zero byte, id, payload. */
export const wired = (id: number, payload: Uint8Array, idBytes: 4 | 8 = 4): Uint8Array => {
  const head = Buffer.alloc(1 + idBytes);
  if (idBytes === 4) head.writeInt32BE(id, 1);
  else head.writeBigInt64BE(BigInt(id), 1);
  return new Uint8Array(Buffer.concat([head, payload]));
};
