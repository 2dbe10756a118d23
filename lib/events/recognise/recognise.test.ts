import { describe, expect, it } from 'vitest';
import { amqpHeader } from '@/lib/events/amqp-values';
import { utf8 } from '@/lib/events/event.fixture';
import { compileRules } from './compile-rules';
import { aRecord, recognised } from './raw-record.fixture';
import { recognise } from './recognise';

describe('recognise', () => {
  it('[G2] compares header names without case and takes the last value; an empty one hides nothing', () => {
    expect(
      recognised(
        aRecord([
          ['Correlation-ID', 'first'],
          ['correlation-id', 'last'],
          ['CORRELATION-ID', ''],
        ]),
      ).correlationId,
    ).toBe('last');
  });

  it('[G3] says for each field why, and a null field has no reason', () => {
    const meaning = recognised(
      aRecord([
        ['event-type', 't'],
        ['correlation-id', 'c'],
      ]),
    );
    expect(meaning.why).toEqual([
      { field: 'type', from: 'header event-type (event headers)' },
      { field: 'correlationId', from: 'header correlation-id (id headers)' },
    ]);
  });

  it('[G4] a source that a rule says of a channel is the user’s word, one that the message says is seen', () => {
    const writer = compileRules({ own: [{ name: 'writer', take: { source: { value: 'inventory' } } }] });
    const said = compileRules({ own: [{ name: 'said', take: { source: { header: 'who' } } }] });
    const evidenceOf = (rules: typeof writer, ...headers: [string, string][]) =>
      recognise(aRecord(headers, { a: 1 }), { system: 'kafka', rules }).sourceEvidence;
    expect([evidenceOf(writer), evidenceOf(said, ['who', 'orders']), evidenceOf(said)]).toEqual(['declared', 'seen', null]);
  });

  it('[G4] a user’s own rule comes first, and names of services are the user’s', () => {
    const rules = compileRules({
      own: [{ name: 'ours', take: { type: { path: 'meta.kind' }, correlationId: { header: 'X-Flow' }, source: { property: 'user-id' } } }],
      serviceNames: { svc1: 'orders' },
    });
    const record = aRecord(
      [
        ['x-flow', 'f-1'],
        ['correlation-id', 'c'],
        ['user-id', 'svc1', 'property'],
      ],
      { type: 'no', meta: { kind: 'yes' } },
    );
    expect(recognise(record, { system: 'rabbitmq', rules })).toMatchObject({ type: 'yes', correlationId: 'f-1', source: 'orders' });
  });

  it('[G5] bodies that are no JSON object, cut, or too long give no keys and a reason where one is due', () => {
    expect(recognised(aRecord([], 'plain text')).bodyProblem).toBeNull();
    expect(recognised(aRecord([['content-type', 'application/json']], 'plain text')).bodyProblem).toContain('does not begin like it');
    expect(recognised(aRecord([], '{"a":')).bodyProblem).toBe('begins like JSON and does not parse');
    expect(recognised(aRecord([], new Uint8Array([123, 34, 0xff, 34, 125]))).bodyProblem).toBe('not UTF-8');
    expect(recognised(aRecord([], { orderId: 'o' }, { bodySize: 99_999 }))).toMatchObject({
      businessKeys: [],
      bodyProblem: 'cut at 15 of 99999 bytes: not looked into',
    });
    expect(recognised(aRecord([], { a: 'x'.repeat(300_000), orderId: 'o' }))).toMatchObject({ businessKeys: [] });
    expect(recognised(aRecord([], null)).bodyProblem).toBeNull();
    expect(recognised(aRecord([], '')).bodyProblem).toBeNull();
  });

  it('[G5] looks into a compressed body by the inflate it is given, whatever content-encoding says', () => {
    const packed = aRecord([['content-encoding', 'json']], new Uint8Array([0x1f, 0x8b, 1]));
    expect(recognised(packed).bodyProblem).toContain('compressed (gzip)');
    const rules = compileRules({ inflate: () => utf8('{"orderId":"o-1"}') });
    expect(recognise(packed, { system: 'kafka', rules }).businessKeys).toEqual([{ name: 'order', value: 'o-1' }]);
  });

  it('[G6] survives 5,000 nested lists and objects', () => {
    expect(recognised(aRecord([], '['.repeat(5000) + ']'.repeat(5000))).bodyProblem).toBeNull();
    expect(recognised(aRecord([], `{"orderId":"o","deep":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`)).businessKeys).toEqual([
      { name: 'order', value: 'o' },
    ]);
  });

  it('[G6] takes __proto__, constructor and toString for plain fields', () => {
    const meaning = recognised(
      aRecord(
        [
          ['__proto__', 'x'],
          ['constructor', 'y'],
        ],
        '{"__proto__":{"type":"evil","id":"1"},"constructor":{"orderId":"o"},"data":{"__proto__":{"orderId":"p"}},"userId":"u"}',
      ),
    );
    expect(meaning).toMatchObject({ type: null, messageId: null, businessKeys: [{ name: 'user', value: 'u' }] });
    expect(({} as Record<string, unknown>).type).toBeUndefined();
  });

  it('[G7] reads business keys in a bounded way', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`thing${i}Id`, i]));
    expect(recognised(aRecord([], many)).businessKeys).toHaveLength(8);
    const body = {
      eventId: 'e',
      traceId: 't',
      paid: 'no',
      grid: 'no',
      items: [{ productId: 'p' }],
      data: { order: { orderId: 'deep' }, invoice_number_id: 'i', customerId: null, orderId: 'x'.repeat(200) },
    };
    expect(recognised(aRecord([], body)).businessKeys).toEqual([{ name: 'invoiceNumber', value: 'i' }]);
  });

  it('[G7] keeps every digit of an id beyond 2^53', () => {
    expect(recognised(aRecord([], '{"data":{"orderId": 9223372036854775807}}')).businessKeys).toEqual([
      { name: 'order', value: '9223372036854775807' },
    ]);
  });

  it('[G7] an aggregate by type and id comes first', () => {
    expect(
      recognised(
        aRecord(
          [
            ['event-id', 'e'],
            ['aggregate-type', 'Order'],
            ['aggregate-id', 'o-7'],
          ],
          { userId: 'u' },
        ),
      ).businessKeys,
    ).toEqual([
      { name: 'order', value: 'o-7' },
      { name: 'user', value: 'u' },
    ]);
  });

  it('[G8] reads 300 headers, two of one name, tables and null values', () => {
    const headers = Array.from({ length: 300 }, (_, i) => [`h${i}`, 'v'] as const);
    expect(
      recognised(aRecord([...headers, ['event-type', 'a'], ['event-type', 'b'], amqpHeader('source', { a: 1 }), ['correlation-id', null]])),
    ).toMatchObject({ type: 'b', source: null, correlationId: null });
  });

  it('[G9] a time outside 1970–2255 is none', () => {
    for (const timestamp of ['9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z', '-1', 'yesterday', '1e400'])
      expect(recognised(aRecord([], { id: 1, type: 't', timestamp })).publishedAt).toBeNull();
  });

  it('reads a schema id of the Confluent wire format', () => {
    expect(recognised(aRecord([], new Uint8Array([0, 0, 0, 1, 2, 9, 9]), { partition: 0, offset: 0 })).schemaId).toBe(258);
  });
});
