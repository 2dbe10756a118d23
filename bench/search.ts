import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { parseQuery } from '@/lib/search/parse-query';
import { openClient } from '@/server/store/clickhouse/client';
import { startEmbeddedStore } from '@/server/store/embedded/start-embedded';
import { openStore } from '@/server/store/open-store';
import type { Services } from '@/server/web/services';
import { getTrace } from '@/server/web/queries/get-trace';
import { fillStore } from './kit/fill-store';
import { cpuOf } from './kit/processes';
import { figure, median, percentile, printFigures, printMachine } from './kit/report';

/**
 * Searches over a store that holds so many events of a shop, a thousand a second: what the web half asks for a line of the search, over the
 * last hour (or as long as the events last). The rival is the plain way in the same store: a LIKE over the bodies without our bounds.
 *
 *   npm run bench:search [-- --events 1000000 --questions 20 --rounds 3]
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    questions: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
  },
});
const [EVENTS, QUESTIONS] = [Number(values.events), Number(values.questions)];

printMachine();
const directory = mkdtempSync(join(tmpdir(), 'eventyard-bench-'));
const log = pino({ level: 'silent' });
const embedded = await startEmbeddedStore({ directory, log, memoryMb: 500 });
const settings = { url: embedded.url, user: embedded.user, password: embedded.password, database: embedded.database };
const store = await openStore({ ...settings, directory, retentionDays: 30 }, { log });
const client = openClient(settings);
try {
  const traces = await fillStore(store, EVENTS);
  const to = Date.now() * 1_000;
  const range = { from: to - 3_600_000_000, to };
  const search = async (line: string): Promise<void> => {
    const parsed = parseQuery(line);
    if (!parsed.ok) throw new Error(`${line}: ${parsed.problem.text}`);
    await store.search({ range, limit: 100, node: parsed.query });
  };
  const services = { store, clock: () => to } as unknown as Services;
  const kinds: readonly (readonly [name: string, aim: number | null, ask: (trace: string) => Promise<unknown>])[] = [
    ['an id in an unknown field', 200, (trace) => store.findId(trace, 200)],
    ['a trace with its story (parents, consumption, marks)', null, (trace) => getTrace(services, trace)],
    ['the newest traces', null, () => search('')],
    ['service and status', null, () => search('service=payment status=dead-lettered')],
    ['a header', 50, (trace) => search(`h.traceparent~${trace}`)],
    ['a field of the body', 50, (trace) => search(`b.orderId=${trace.slice(0, 8)}`)],
    ['words in the text, last hour', 1_000, (trace) => search(`"${trace.slice(0, 12)} never"`)],
    ['has(…) and NOT has(…)', null, () => search('has(type=order.placed) NOT has(type=shipment.dispatched)')],
    [
      'rival: LIKE over the bodies',
      null,
      (trace) =>
        client.rows("SELECT traceId, max(observedAt) FROM events WHERE ifNull(body, '') LIKE {words:String} GROUP BY traceId LIMIT 100", {
          words: `%${trace.slice(0, 12)} never%`,
        }),
    ],
  ];
  const figures = [];
  for (const [name, aim, ask] of kinds) {
    const rounds = [];
    for (let round = 0; round < Number(values.rounds); round++) rounds.push(await measure(traces, ask));
    figures.push(
      figure(`${name}: p50`, median(rounds.map(({ p50 }) => p50)), null, 'less', 'ms'),
      figure(`${name}: p99`, median(rounds.map(({ p99 }) => p99)), aim, 'less', 'ms'),
      figure(`${name}: CPU of the store`, median(rounds.map(({ cpuMs }) => cpuMs)), null, 'less', 'ms'),
    );
  }
  printFigures(
    `Searches among ${EVENTS.toLocaleString('en')} events, ${QUESTIONS} questions a round, medians of ${values.rounds}`,
    figures,
  );
} finally {
  await store.close();
  await client.close();
  await embedded.close();
  rmSync(directory, { recursive: true, force: true });
}

async function measure(
  traces: readonly string[],
  ask: (trace: string) => Promise<unknown>,
): Promise<{ p50: number; p99: number; cpuMs: number }> {
  const took: number[] = [];
  const pid = embedded.pid()!;
  await ask(traces[0] ?? '');
  const before = cpuOf(pid);
  for (let i = 0; i < QUESTIONS; i++) {
    const begin = performance.now();
    await ask(traces[Math.floor(Math.random() * traces.length)] ?? '');
    took.push(performance.now() - begin);
  }
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99), cpuMs: ((cpuOf(pid) - before) * 1_000) / QUESTIONS };
}
