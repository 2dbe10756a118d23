import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '@/lib/events/event.fixture';
import type { EventHeader, RawRecord } from '@/lib/events/observed-event';
import { FAMILIES } from './families';
import { compileRules } from './compile-rules';
import { aRecord } from './raw-record.fixture';
import { recognise } from './recognise';
import { SAMPLES } from './samples/samples.fixture';

/** Records of one run; `EVENTYARD_TEST_FUZZ=100000` for the whole proof (25 s), an everyday run takes a part of it. */
const RUNS = Number(globalThis.process?.env.EVENTYARD_TEST_FUZZ ?? 4_000);

const HEADERS = [
  ...new Set(
    FAMILIES.flatMap((family) => [
      ...Object.values(family.headers ?? {}).flat(),
      ...(family.failure?.detect ?? []),
      ...(family.failure?.channel ?? []),
      ...(family.failure?.group ?? []),
      ...(family.failure?.offset ?? []),
      ...(family.contexts ?? []).flatMap(({ from }) => from),
    ]),
  ),
  'x-death',
  '__proto__',
  'constructor',
];
const MEMBERS = [
  ...new Set(FAMILIES.flatMap(({ body }) => Object.values(body ?? {}).flat()).flatMap((path) => path.split('.'))),
  'specversion',
  'data',
  'payload',
  'schema',
  'op',
  'before',
  'after',
  'message',
  'headers',
  'orderId',
  '__proto__',
  'toString',
];
const VALUES = SAMPLES.flatMap(({ record }) => record.headers.flatMap(({ value }) => (value === null ? [] : [value])));

const anyValue = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 80 }),
  fc.string().map(utf8),
  fc.constantFrom(...VALUES),
  fc.constantFrom(...VALUES).chain((value) => fc.nat(value.length).map((end) => value.slice(0, end))),
);
const anyHeader: fc.Arbitrary<EventHeader> = fc.record({
  name: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...HEADERS) }, fc.string()),
  wire: fc.constantFrom('kafka', 'property', 'S', 'x', 'F', 'A', 'l', 'L', 't', 'D', 'T', 'V', '?', 'zz'),
  value: anyValue,
});
const anyObject = fc.dictionary(fc.constantFrom(...MEMBERS), fc.anything({ maxDepth: 2 }), { maxKeys: 14 });
const anyBody = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 200 }),
  fc.json({ maxDepth: 4 }).map(utf8),
  anyObject.map((object) => utf8(safeJson(object))),
  fc.tuple(anyObject, fc.nat(40)).map(([object, cut]) => utf8(safeJson(object)).subarray(0, -cut)),
);
const grown: fc.Arbitrary<RawRecord> = fc
  .tuple(
    fc.array(anyHeader, { maxLength: 16 }),
    anyBody,
    fc.constantFrom('orders', 'outbox.event.Order', ''),
    fc.option(fc.uint8Array({ maxLength: 20 })),
  )
  .map(([headers, body, channel, key]) => aRecord(headers, body, { channel, key, partition: 0, offset: 1 }));
/** What a framework writes, with headers of another one, some of them broken. */
const crossed: fc.Arbitrary<RawRecord> = fc
  .tuple(fc.constantFrom(...SAMPLES), fc.array(anyHeader, { maxLength: 6 }), fc.option(anyBody))
  .map(([{ record }, headers, body]) => aRecord([...record.headers, ...headers], body ?? record.body, { partition: 0, offset: 1 }));

describe('whatever headers and body are', () => {
  it(`[G1] recognition never throws (${RUNS} records), keeps its memory bounded, and says why for what it says`, () => {
    const rules = compileRules();
    fc.assert(
      fc.property(fc.oneof(grown, crossed), fc.constantFrom('kafka' as const, 'rabbitmq' as const), (record, system) => {
        const meaning = recognise(record, { system, rules });
        expect(meaning.bodyProblem).not.toBe('recognition failed: the record is kept as it was');
        for (const field of ['type', 'messageId', 'correlationId', 'causationId', 'sagaId', 'replyTo'] as const)
          if (meaning[field] !== null) expect(meaning.why.map((why) => why.field)).toContain(field);
        expect(meaning.businessKeys.length).toBeLessThanOrEqual(30);
      }),
      { numRuns: RUNS },
    );
    expect(rules.headerSteps.size).toBeLessThanOrEqual(10_000);
  }, 600_000);
});

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? 'null';
  } catch {
    return '{}';
  }
}
