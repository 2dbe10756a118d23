import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Registry } from '../../services/schema-registry/registry';
import { registryRoutes } from '../../services/schema-registry/routes';
import { SchemaStore } from '../../services/schema-registry/schema-store';
import { readCatalogue } from '../../schemas/catalogue';
import { sampleEvents } from '../../schemas/samples.fixture';
import type { Message } from '../../transport/port';
import { openDatabase } from '../db/database';
import type { Encoded } from '../events';
import { openHttpServer, type HttpServer } from '../http-server/http-server';
import { createLog } from '../log';
import { createMetrics } from '../metrics';
import { createConverters, type ConverterParts } from './converters';
import { openRegistryClient, SchemaRefused } from './registry-client';

const folder = mkdtempSync(`${tmpdir()}/registry-`);
const catalogue = readCatalogue();
let server: HttpServer;
let parts: ConverterParts;

beforeAll(async () => {
  const registry = new Registry(new SchemaStore(openDatabase(`${folder}/schemas.db`)));
  server = await openHttpServer({
    service: 'schema-registry',
    port: 0,
    metrics: createMetrics(),
    log: createLog('schema-registry', 'silent'),
    routes: (app) => registryRoutes(app, registry),
  });
  parts = { registry: openRegistryClient(server.url, 'test'), catalogue };
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const message = ({ body, contentType, headers = {} }: Encoded): Message => ({ id: '', type: '', key: '', body, contentType, headers });

describe('converters', () => {
  it.each(sampleEvents())('[SM2] $file comes back as it was sent, in every format it has', async ({ event, languages }) => {
    const formats = [
      ...(languages.includes('JSON') ? (['json-a', 'json-b', 'msgpack'] as const) : []),
      ...(languages.includes('AVRO') ? (['avro'] as const) : []),
      ...(languages.includes('PROTOBUF') ? (['protobuf'] as const) : []),
    ];
    expect(formats.length).toBeGreaterThan(0);
    for (const format of formats) {
      const converter = createConverters(parts)(format);
      const encoded = await converter.encode(event);
      const { id, type, version, source, at, data } = event;
      expect(await converter.decode(message(encoded))).toEqual({ id, type, version, at, data, ...(format === 'json-b' ? {} : { source }) });
      if (format === 'avro') expect([encoded.body[0], encoded.body.byteLength > 5]).toEqual([0, true]);
      if (format === 'protobuf') expect([encoded.body[0], encoded.body[5]]).toEqual([0, 0]);
    }
  });

  it('[SM4] reads flat A, number ids and contradicting headers', async () => {
    const { decode } = createConverters(parts)('json-b');
    const read = (value: unknown, headers = {}) =>
      decode({ ...message({ body: new TextEncoder().encode(JSON.stringify(value)), contentType: 'application/x-protobuf' }), headers });
    expect(
      await read({ id: 7, type: 'user.created', version: '1.0', data: null, userId: 12, name: 'Ada' }, { 'content-encoding': 'gzip' }),
    ).toEqual({
      id: '7',
      type: 'user.created',
      version: '1.0.0',
      data: { userId: '12', name: 'Ada' },
    });
    expect((await read({ id: 'a', type: 't', data: { name: 'Ada' }, userId: 1 })).data).toEqual({ userId: '1', name: 'Ada' });
  });

  it('[SM5] sends reports by turns and gzips the long ones', async () => {
    const short = sampleEvents().find(({ event }) => event.type === 'report.generated')?.event;
    if (short === undefined) throw new Error('no sample');
    const rows = Array.from({ length: 100 }, (_, n) => ({ productId: `p-${n}`, orders: n, amount: n * 2 }));
    const long = { ...short, data: { ...short.data, rows } };
    for (const dialect of ['strict', 'loose'] as const) {
      const converter = createConverters({ ...parts, dialect })('turns');
      const sent = [
        await converter.encode(long),
        await converter.encode(long),
        await converter.encode(long),
        await converter.encode(short),
      ];
      expect(sent.map(({ contentType }) => contentType.split('/')[1])).toEqual(['json', 'msgpack', 'x-protobuf', 'json']);
      expect(sent.map(({ contentEncoding }) => contentEncoding)).toEqual(
        dialect === 'strict' ? ['gzip', 'gzip', 'gzip', undefined] : ['json', 'msgpack', 'protobuf', 'json'],
      );
      expect(sent.map(({ headers }) => headers?.compressed)).toEqual(
        dialect === 'strict' ? ['true', 'true', 'true', 'false'] : Array(4).fill('false'),
      );
      for (const one of sent.slice(0, 3)) expect((await converter.decode(message(one))).data).toEqual(long.data);
    }
  });

  it.each([
    ['Undecodable', new TextEncoder().encode('{"id":')],
    ['Undecodable', Uint8Array.of(0x1f, 0x8b, 1, 2)],
    ['Undecodable', Uint8Array.of(0x83, 0xc1)],
    ['InvalidEnvelope', new TextEncoder().encode('{"hello":1}')],
    ['InvalidEnvelope', new TextEncoder().encode('{"id":"a","type":"t","data":4}')],
    ['UnknownSchema', Uint8Array.of(0, 0, 0, 0x27, 0x0f, 1, 2)],
    ['TooLarge', new Uint8Array(1_048_577)],
    ['GzipTooLarge', gzipSync(Buffer.alloc(17 * 1_048_576))],
  ])('[SM6] names %s and asks for no further attempt', async (cause, body) => {
    await expect(createConverters(parts)('json-a').decode(message({ body, contentType: '' }))).rejects.toMatchObject({ name: cause });
  });

  it('[SM6] [SM8] a registry that is away is no fault of the message, and what is known needs no registry', async () => {
    const avro = sampleEvents().find(({ languages }) => languages.includes('AVRO'))?.event;
    if (avro === undefined) throw new Error('no sample');
    const { encode, decode } = createConverters(parts)('avro');
    const encoded = await encode(avro);
    const away = openRegistryClient('http://127.0.0.1:9', 'test');
    const failure = await createConverters({ ...parts, registry: away })('avro')
      .decode(message(encoded))
      .catch((error: Error) => error.name);
    expect(failure).toBe('RegistryAway');
    expect((await decode(message(encoded))).id).toBe(avro.id);
  });

  it('[SM7] registers the whole catalogue, and refuses who would break readers', async () => {
    for (const { subject, language, text } of catalogue) await parts.registry.register(subject, language, text);
    const broken = JSON.stringify({ type: 'object', required: ['orderId', 'warehouse'], properties: { orderId: { type: 'string' } } });
    await expect(parts.registry.register('order.placed.v1.json', 'JSON', broken)).rejects.toBeInstanceOf(SchemaRefused);
  });
});
