import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import pino from 'pino';
import { aHeader, anEvent, utf8 } from '@/lib/events/event.fixture';
import type { ObservedEvent } from '@/lib/events/observed-event';
import { ByteWriter } from '@/server/store/clickhouse/byte-writer';
import type { StoreClient } from '@/server/store/clickhouse/client';
import { openClient } from '@/server/store/clickhouse/client';
import { eventColumns } from '@/server/store/clickhouse/event-columns';
import { ONE_BLOCK } from '@/server/store/clickhouse/one-block';
import { namesOf, structureOf, writeNative, writeRowBinary } from '@/server/store/clickhouse/wire-codec';
import type { EmbeddedStore } from '@/server/store/embedded/start-embedded';
import { startEmbeddedStore } from '@/server/store/embedded/start-embedded';
import { openStore } from '@/server/store/open-store';
import { aTemporaryFolder } from './kit/temporary';

/**
 * What storing an event costs, µs of CPU: encoding here, everything else (merges of 8 s too) in the store's process. Each format is a table
 * of its own with the same schema, in the same run; `append` is the whole way with summaries. Three rounds, medians; run it alone.
 *
 *   npm run bench:store            all batch sizes
 *   npm run bench:store -- 2000    only this one
 */
const SIZES = process.argv
  .slice(2)
  .map(Number)
  .filter((size) => size > 0);
const ROUNDS = 3;
const EVENTS_A_ROUND = 60_000;
const SETTLE_MS = 8_000;

let lastTrace: string | undefined;
const log = pino({ level: 'silent' });
const directory = aTemporaryFolder();
const embedded = await startEmbeddedStore({ directory, log, memoryMb: 1_200 });
const settings = { url: embedded.url, user: embedded.user, password: embedded.password, database: embedded.database };
const client = openClient(settings);
const store = await openStore({ ...settings, directory, retentionDays: 30 }, { log });
const [{ ddl } = { ddl: '' }] = await client.rows<{ ddl: string }>(
  "SELECT create_table_query AS ddl FROM system.tables WHERE database = currentDatabase() AND name = 'events'",
);

const table: Record<string, string | number>[] = [];
for (const size of SIZES.length > 0 ? SIZES : [500, 2_000, 10_000, 50_000]) {
  for (const [format, encode] of Object.entries(ENCODERS())) {
    const name = `rival_${format.toLowerCase()}_${size}`;
    await client.run(ddl.replace(/TABLE \S+/, `TABLE ${name}`));
    table.push(await measure(`${format}`, size, embedded, async (batch) => encode(client, name, batch)));
    table.at(-1)!['B/event'] = await bytesPerEvent(client, name);
    await client.run(`DROP TABLE ${name}`);
  }
  let number = 0;
  const tap = `bench-${size}`;
  table.push(
    await measure('append (RowBinary + summaries)', size, embedded, async (events) => {
      await store.append({
        tap,
        broker: tap,
        epoch: 1,
        number: ++number,
        events,
        gaps: [],
        offsets: new Map([['orders', new Map([[0, number * size]])]]),
      });
      return 0;
    }),
  );
}
console.table(table);
await store.close();
await client.close();
await embedded.close();
rmSync(directory, { recursive: true, force: true });

type Encode = (client: StoreClient, table: string, batch: readonly ObservedEvent[]) => Promise<number>;

function ENCODERS(): Record<string, Encode> {
  const writer = new ByteWriter();
  const columns = eventColumns({ tap: 'bench', broker: 'bench', epoch: 1, number: 1 });
  const names = namesOf(columns);
  const into = (format: string): Encode => {
    const write = format === 'Native' ? writeNative : writeRowBinary;
    return async (target, name, batch) => {
      const before = process.cpuUsage();
      let bytes: Uint8Array;
      if (format === 'JSONEachRow') bytes = Buffer.from(batch.map((event) => JSON.stringify(plain(event))).join('\n'));
      else if (format === 'TSV')
        bytes = Buffer.from(batch.map((event) => Object.values(plain(event)).map(tabSeparated).join('\t')).join('\n') + '\n');
      else {
        writer.reset();
        write(writer, columns, batch);
        bytes = writer.view();
      }
      const { user, system } = process.cpuUsage(before);
      const structure = structureOf(columns).replaceAll("'", "\\'");
      await target.send(
        `INSERT INTO ${name} (${names}) SELECT ${names} FROM input('${structure}') SETTINGS ${ONE_BLOCK} FORMAT ${format}`,
        bytes,
      );
      return user + system;
    };
  };
  return { RowBinary: into('RowBinary'), Native: into('Native'), TSV: into('TSV'), JSONEachRow: into('JSONEachRow') };
}

/** The same columns in the same order, as text formats want them. */
function plain(event: ObservedEvent): Record<string, unknown> {
  const text = (value: Uint8Array | null): string | null => (value === null ? null : Buffer.from(value).toString('utf8'));
  const {
    id,
    observedAt,
    broker,
    system,
    tap,
    epoch,
    batch,
    index,
    channel,
    partition,
    offset,
    routingKey,
    type,
    source,
    traceId,
    spanId,
    parentSpanId,
    messageId,
    correlationId,
  } = event;
  return {
    id,
    observedAt: (observedAt / 1_000_000).toFixed(6),
    broker,
    system,
    tap,
    epoch,
    batch,
    idx: index,
    channel,
    partition,
    offset,
    routingKey,
    key: text(event.key),
    type: type ?? '',
    source: source ?? '',
    traceId: traceId ?? '',
    spanId: spanId ?? '',
    parentSpanId: parentSpanId ?? '',
    messageId: messageId ?? '',
    correlationId: correlationId ?? '',
    causationId: '',
    conversationId: '',
    sagaId: '',
    replayId: '',
    replayOf: '',
    businessKeys: event.businessKeys,
    attempt: -1,
    publishedAt: event.publishedAt,
    publishedAtBy: event.publishedAtBy ?? '',
    inboxes: [],
    deadLetter: 0,
    failureCause: '',
    failureInbox: '',
    failureGroup: '',
    headers: event.headers.map((header) => ({ name: header.name, wire: header.wire, value: text(header.value) })),
    body: text(event.body),
    bodySize: event.bodySize,
    detail: JSON.stringify({ why: event.why, contexts: event.contexts }),
    failure: '',
  };
}

function quoted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(quoted).join(',')}]`;
  if (typeof value === 'object' && value !== null) return `(${Object.values(value).map(quoted).join(',')})`;
  return `'${String(value).replace(/[\\']/g, '\\$&')}'`;
}

function tabSeparated(value: unknown): string {
  if (value === null) return '\\N';
  if (Array.isArray(value)) return quoted(value);
  return String(value).replace(/[\\\t\n]/g, (char) => (char === '\\' ? '\\\\' : char === '\t' ? '\\t' : '\\n'));
}

async function measure(
  label: string,
  size: number,
  store: EmbeddedStore,
  work: (batch: readonly ObservedEvent[]) => Promise<number>,
): Promise<Record<string, string | number>> {
  const batches = Math.max(1, Math.round(EVENTS_A_ROUND / size));
  const rounds: { encode: number; client: number; engine: number; rate: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const given = Array.from({ length: batches }, () => shopEvents(size));
    const [engineBefore, clientBefore, begin] = [cpuOf(store), process.cpuUsage(), performance.now()];
    let encode = 0;
    for (const batch of given) encode += await work(batch);
    const seconds = (performance.now() - begin) / 1_000;
    const { user, system } = process.cpuUsage(clientBefore);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const events = batches * size;
    rounds.push({
      encode: encode / events,
      client: (user + system) / events,
      engine: ((cpuOf(store) - engineBefore) * 1_000) / events,
      rate: events / seconds,
    });
  }
  const median = (of: (round: (typeof rounds)[number]) => number): number =>
    Number(
      rounds
        .map(of)
        .toSorted((a, b) => a - b)
        .at(ROUNDS >> 1)!
        .toFixed(1),
    );
  return {
    format: label,
    batch: size,
    'encode µs': median((r) => r.encode),
    'this process µs': median((r) => r.client),
    'store process µs': median((r) => r.engine),
    'events/s': Math.round(median((r) => r.rate)),
  };
}

/** CPU of the store's process so far, ms. */
function cpuOf(store: EmbeddedStore): number {
  const fields = readFileSync(`/proc/${store.pid()}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function bytesPerEvent(target: StoreClient, name: string): Promise<number> {
  await target.run(`OPTIMIZE TABLE ${name} FINAL`);
  const [found] = await target.rows<{ bytes: number }>(
    'SELECT sum(bytes_on_disk) / sum(rows) AS bytes FROM system.parts WHERE active AND database = currentDatabase() AND table = {name:String}',
    { name },
  );
  return Math.round(found?.bytes ?? 0);
}

/** Orders of a shop: about 560 bytes of JSON with random words, a trace of five events, four headers. */
function shopEvents(count: number): readonly ObservedEvent[] {
  const observedAt = Date.now() * 1000;
  return Array.from({ length: count }, (_, i) => {
    const [trace, span, message, order] = [traceOf(i), randomBytes(8).toString('hex'), randomUUID(), `o-${Math.floor(i / 5)}`];
    const items = Array.from({ length: 8 }, () => ({ sku: word(), qty: i % 7, note: `${word()} ${word()}` }));
    return anEvent({
      broker: 'bench',
      tap: 'bench',
      index: i,
      offset: i,
      observedAt: observedAt + i,
      publishedAt: observedAt + i - 1_500,
      traceId: trace,
      spanId: span,
      messageId: message,
      correlationId: order,
      type: ['OrderPlaced', 'OrderPaid', 'OrderShipped'][i % 3]!,
      channel: ['orders', 'payments', 'stock'][i % 3]!,
      key: utf8(order),
      businessKeys: [{ name: 'order', value: order }],
      headers: [
        aHeader('traceparent', `00-${trace}-${span}-01`),
        aHeader('event-id', message),
        aHeader('event-type', 'OrderPlaced'),
        aHeader('source', 'orders'),
      ],
      body: utf8(
        JSON.stringify({
          id: message,
          type: 'OrderPlaced',
          source: 'orders',
          timestamp: '2026-11-21T12:00:00.000Z',
          data: { orderId: order, items },
        }),
      ),
      why: [
        { field: 'traceId', from: 'header traceparent (W3C)' },
        { field: 'type', from: 'body type' },
      ],
      contexts: [{ system: 'w3c', traceId: trace, spanId: span, parentSpanId: null, sampled: true, origin: false, from: 'traceparent' }],
    });
  });
}

function word(): string {
  return Math.floor(Math.random() * 3_000)
    .toString(36)
    .padStart(6, 'wordwo');
}

function traceOf(i: number): string {
  if (i % 5 === 0 || lastTrace === undefined) lastTrace = randomBytes(16).toString('hex');
  return lastTrace;
}
