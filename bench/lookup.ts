import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { openClient } from '@/server/store/clickhouse/client';
import { startEmbeddedStore } from '@/server/store/embedded/start-embedded';
import { openStore } from '@/server/store/open-store';
import { cpuOf } from './kit/processes';
import { figure, median, percentile, pause, printFigures, printMachine } from './kit/report';
import { fillStore } from './kit/fill-store';
import { aTemporaryFolder } from './kit/temporary';

/**
 * One trace by its id, asked of the store port as the web half asks it, in a store that holds so many events of a shop (five to a trace,
 * a thousand a second). Ids are chosen anew for every question, so nothing is remembered.
 *
 *   npm run bench:lookup [-- --events 1000000 --questions 300 --rounds 3]
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    questions: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
  },
});
const [EVENTS, QUESTIONS] = [Number(values.events), Number(values.questions)];

printMachine();
const directory = aTemporaryFolder();
const log = pino({ level: 'silent' });
const embedded = await startEmbeddedStore({ directory, log, memoryMb: 500 });
const settings = { url: embedded.url, user: embedded.user, password: embedded.password, database: embedded.database };
const store = await openStore({ ...settings, directory, retentionDays: 30 }, { log });
const client = openClient(settings);
try {
  const traces = await fillStore(store, EVENTS);
  await untilMerged();
  const [parts] = await client.rows<{ parts: number; bytes: number }>(
    "SELECT count() AS parts, sum(bytes_on_disk) / any(t) AS bytes FROM system.parts, (SELECT count() AS t FROM events) AS n WHERE active AND table = 'events' AND database = currentDatabase()",
  );
  console.log(`${EVENTS.toLocaleString('en')} events in ${parts?.parts} parts, ${Math.round(parts?.bytes ?? 0)} B each on disk`);
  const kinds = {
    'one trace by id': async (trace: string) => {
      const { events } = await store.eventsOfTrace(trace, 2_000);
      if (events.length !== 5) throw new Error(`trace ${trace} has ${events.length} events`);
    },
    'a trace id that is not there': async (trace: string) => void (await store.eventsOfTrace(`ff${trace.slice(2, -2)}ff`, 2_000)),
    'any id a person pasted (order)': async (trace: string) => {
      if ((await store.findId(trace, 50)).length !== 5) throw new Error(`${trace} was not found`);
    },
  };
  const figures = [];
  for (const [name, ask] of Object.entries(kinds)) {
    const rounds = [];
    for (let round = 0; round < Number(values.rounds); round++) rounds.push(await measure(traces, ask));
    const first = name === 'one trace by id';
    figures.push(
      figure(`${name}: p50`, median(rounds.map((r) => r.p50)), null, 'less', 'ms'),
      figure(`${name}: p99`, median(rounds.map((r) => r.p99)), first ? 20 : null, 'less', 'ms'),
      figure(`${name}: CPU of the store`, median(rounds.map((r) => r.cpuMs)), null, 'less', 'ms'),
    );
  }
  printFigures(`Lookups among ${EVENTS.toLocaleString('en')} events, ${QUESTIONS} questions a round, medians of ${values.rounds}`, figures);
} finally {
  await store.close();
  await client.close();
  await embedded.close();
  rmSync(directory, { recursive: true, force: true });
}

async function measure(
  traces: readonly string[],
  ask: (trace: string) => Promise<void>,
): Promise<{ p50: number; p99: number; cpuMs: number }> {
  const took: number[] = [];
  const pid = embedded.pid()!;
  for (let i = 0; i < 10; i++) await ask(aTrace(traces));
  const before = cpuOf(pid);
  for (let i = 0; i < QUESTIONS; i++) {
    const begin = performance.now();
    await ask(aTrace(traces));
    took.push(performance.now() - begin);
  }
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99), cpuMs: ((cpuOf(pid) - before) * 1_000) / QUESTIONS };
}

function aTrace(traces: readonly string[]): string {
  return traces[Math.floor(Math.random() * traces.length)]!;
}

async function untilMerged(): Promise<void> {
  const pid = embedded.pid()!;
  for (let quiet = 0, before = cpuOf(pid); quiet < 3; await pause(500)) {
    const now = cpuOf(pid);
    quiet = now - before < 0.05 ? quiet + 1 : 0;
    before = now;
  }
}
