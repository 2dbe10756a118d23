import { amqpHeader, amqpProperty } from '@/lib/events/amqp-values';
import type { BrokerSystem } from '@/lib/events/names';
import type { RawRecord } from '@/lib/events/observed-event';
import { compileRules } from '@/lib/events/recognise/compile-rules';
import { aRecord } from '@/lib/events/recognise/raw-record.fixture';
import { recognise } from '@/lib/events/recognise/recognise';
import { SAMPLES } from '@/lib/events/recognise/samples/samples.fixture';
import { TRACEPARENT } from '@/lib/events/recognise/samples/sample.fixture';

/**
 * What recognition costs, µs of CPU per event, beside bare `TextDecoder` + `JSON.parse` of the same bytes in the same round. Each event is a
 * record of its own (own bytes, own strings), 2,000 a batch as a tap hands them over. Medians of rounds; run it alone.
 *
 *   npm run bench:recognise              every framework
 *   npm run bench:recognise -- mixed     only the three bodies of 600 bytes and the mixture
 */
const BATCH = 2_000;
const ROUNDS = 5;
const PASSES = 10;
/** Passes over the samples of single frameworks, of which there are many. */
const FEW_PASSES = 3;

interface Case {
  readonly name: string;
  readonly system: BrokerSystem;
  readonly make: (n: number) => RawRecord;
}

const filler =
  'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua.';
const data = (n: number) => ({
  orderId: `o-${n}`,
  customerId: `c-${n % 97}`,
  total: 99.5 + n,
  currency: 'EUR',
  lines: [
    { sku: 'A-1', quantity: 2, price: 10.25 },
    { sku: 'B-2', quantity: 1, price: 79 },
  ],
  note: filler + filler.slice(0, 102),
});
const envelope = (n: number) => ({
  id: `0a1b2c3d-0000-4000-8000-${String(n).padStart(12, '0')}`,
  type: 'order.placed',
  source: 'order-service',
  timestamp: '2026-11-21T12:00:00.123Z',
  version: '1.0',
  data: data(n),
  metadata: { correlationId: `c-${n}`, causationId: `k-${n}` },
});
const house = (n: number) => [
  ['traceparent', TRACEPARENT] as const,
  ['event-id', `e-${n}`] as const,
  ['event-type', 'order.placed'] as const,
  ['correlation-id', `c-${n}`] as const,
];
const own = { publishedAt: 1_795_262_400_123_000, publishedAtBy: 'producer' as const };

const big: readonly Case[] = [
  {
    name: '600 B envelope, 4 headers, Kafka',
    system: 'kafka',
    make: (n) => aRecord(house(n), envelope(n), { partition: 0, offset: n, ...own }),
  },
  {
    name: '600 B plain body, no headers, Kafka',
    system: 'kafka',
    make: (n) => aRecord([], { ...data(n), more: filler.slice(0, 68) }, { partition: 0, offset: n, ...own }),
  },
  {
    name: '600 B envelope, properties and 4 headers, RabbitMQ',
    system: 'rabbitmq',
    make: (n) =>
      aRecord(
        [
          amqpProperty('content-type', 'application/json'),
          amqpProperty('message-id', `m-${n}`),
          amqpProperty('type', 'order.placed'),
          amqpProperty('app-id', 'order-service'),
          ...house(n).map(([name, text]) => amqpHeader(name, text)),
        ],
        envelope(n),
        { routingKey: 'order.placed', ...own },
      ),
  },
];

const copyOf = (record: RawRecord): RawRecord => ({
  ...record,
  ...own,
  headers: record.headers.map((header) => ({ ...header, value: header.value === null ? null : header.value.slice() })),
  body: record.body === null ? null : record.body.slice(),
});
const frameworks: readonly Case[] = SAMPLES.map((sample) => ({
  name: `${sample.family}: ${sample.what}`,
  system: sample.system,
  make: () => copyOf(sample.record),
}));
const mixture: Case = { name: 'mixture of all frameworks', system: 'kafka', make: (n) => copyOf(SAMPLES[n % SAMPLES.length]!.record) };

const decoder = new TextDecoder('utf-8', { fatal: true });
let sink = 0;

function bare(records: readonly RawRecord[]): void {
  for (const { body } of records) {
    if (body === null || (body[0] !== 123 && body[0] !== 91)) continue;
    if (JSON.parse(decoder.decode(body)) !== null) sink++;
  }
}

const rules = compileRules();

function whole(records: readonly RawRecord[], system: BrokerSystem): void {
  const context = { system, rules };
  for (const record of records) if (recognise(record, context).why.length > 0) sink++;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

function cpuOf(passes: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let pass = 0; pass < passes; pass++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (passes * BATCH);
}

const only = process.argv[2];
const cases = [...big, mixture, ...(only === 'mixed' ? [] : frameworks)];
const made = cases.map((one) => ({ one, records: Array.from({ length: BATCH }, (_, n) => one.make(n)) }));
for (const { one, records } of made) {
  bare(records);
  whole(records, one.system);
}
const table = made.map(({ one, records }) => {
  const parse: number[] = [];
  const all: number[] = [];
  const passes = frameworks.includes(one) ? FEW_PASSES : PASSES;
  for (let round = 0; round < ROUNDS; round++) {
    parse.push(cpuOf(passes, () => bare(records)));
    all.push(cpuOf(passes, () => whole(records, one.system)));
  }
  return {
    event: one.name,
    bytes: records[0]!.body?.length ?? 0,
    'JSON.parse µs': Number(median(parse).toFixed(2)),
    'recognised µs': Number(median(all).toFixed(2)),
    'beyond µs': Number((median(all) - median(parse)).toFixed(2)),
  };
});
console.table(table);
console.log(`checked ${sink > 0}`);
