import { parseArgs } from 'node:util';
import { aKafka } from './kit/brokers';
import { startCollectorAndStore } from './kit/collector';
import { aFilledTopic } from './kit/kafka-topic';
import { figure, median, printFigures, printMachine, printTable } from './kit/report';
import { runScript } from './kit/run-script';

/**
 * The whole way from Kafka into the store: a backlog of shop messages is tapped, decoded, recognised and stored by the collector's process and
 * the store's, with the index over values and without it (`store.indexFields`), and beside it read and parsed by a bare kafkajs consumer, in
 * alternating rounds. CPU goes up to the end of the store's
 * background merges, which build the filters that answer ids.
 *
 *   npm run bench:kafka [-- --events 300000 --rounds 3 --profile <folder>]
 */
const { values } = parseArgs({
  options: { events: { type: 'string', default: '300000' }, rounds: { type: 'string', default: '3' }, profile: { type: 'string' } },
});
const EVENTS = Number(values.events);
const topic = `bench-${process.pid}`;

printMachine();
const kafka = await aKafka();
const { bodyBytes, remove } = await aFilledTopic(kafka.brokers, topic, EVENTS);
const rounds: Round[] = [];
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    const { collector, store } = await ours(false);
    rounds.push({ ...(await ours(true)), withoutIndex: collector + store, ...(await bare()) });
  }
} finally {
  await remove();
  await kafka.end();
}

printTable([
  ['round', 'collector µs', 'store µs', '(merges after)', 'events/s', 'filters on', 'without index µs', 'bare µs', 'bare events/s'],
  ...rounds.map((r, i) => [
    String(i + 1),
    ...[r.collector, r.store, r.mergesAfter].map((seconds) => ((seconds * 1e6) / EVENTS).toFixed(1)),
    Math.round(r.rate).toString(),
    `${Math.round(r.filtered * 100)} %`,
    ((r.withoutIndex * 1e6) / EVENTS).toFixed(1),
    ((r.bareCpu * 1e6) / EVENTS).toFixed(1),
    Math.round(r.bareRate).toString(),
  ]),
]);
const perMillion = (of: (r: Round) => number): number => (median(rounds.map(of)) * 1e6) / EVENTS;
printFigures(`Kafka → store, ${EVENTS.toLocaleString('en')} events with bodies of ${bodyBytes} B, medians of ${rounds.length}`, [
  figure(
    'CPU-s per million events, collector and store',
    perMillion((r) => r.collector + r.store),
    40,
    'less',
    'CPU-s',
  ),
  figure(
    '… collector alone',
    perMillion((r) => r.collector),
    null,
    'less',
    'CPU-s',
  ),
  figure(
    '… store alone, merges to their end',
    perMillion((r) => r.store),
    null,
    'less',
    'CPU-s',
  ),
  figure(
    'without the index over values: CPU-s per million events, collector and store',
    perMillion((r) => r.withoutIndex),
    null,
    'less',
    'CPU-s',
  ),
  figure('events stored a second', median(rounds.map((r) => r.rate)), 40_000, 'more', '/s', 0),
  figure(
    'bare kafkajs reader that parses: CPU-s per million',
    perMillion((r) => r.bareCpu),
    null,
    'less',
    'CPU-s',
  ),
  figure('bare kafkajs reader that parses: events a second', median(rounds.map((r) => r.bareRate)), null, 'more', '/s', 0),
]);

interface Round {
  readonly collector: number;
  readonly store: number;
  readonly mergesAfter: number;
  readonly rate: number;
  readonly filtered: number;
  readonly withoutIndex: number;
  readonly bareCpu: number;
  readonly bareRate: number;
}

async function ours(indexFields: boolean): Promise<Omit<Round, 'withoutIndex' | 'bareCpu' | 'bareRate'>> {
  const collector = await startCollectorAndStore(
    [{ name: 'bench', kafka: { brokers: kafka.brokers }, tap: { startAt: 'beginning', include: [topic] } }],
    { profile: values.profile, indexFields },
  );
  try {
    while (collector.stored() === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const [before, already] = [collector.cpu(), collector.stored()];
    await collector.untilStored(EVENTS);
    const reached = collector.cpu();
    const { first, last } = collector.times();
    await collector.untilQuiet();
    const after = collector.cpu();
    const share = EVENTS / (EVENTS - already);
    const [filters] = await collector.client.rows<{ share: number }>(
      "SELECT sumIf(rows, secondary_indices_compressed_bytes > 0) / sum(rows) AS share FROM system.parts WHERE active AND table = 'events' AND database = currentDatabase()",
    );
    return {
      collector: (reached.collector - before.collector) * share,
      store: (after.store - before.store) * share,
      mergesAfter: after.store - reached.store,
      rate: (EVENTS - already) / ((last - first) / 1_000),
      filtered: filters?.share ?? 0,
    };
  } finally {
    await collector.close();
  }
}

async function bare(): Promise<Pick<Round, 'bareCpu' | 'bareRate'>> {
  const { seconds, cpu, seen } = await runScript<{ seconds: number; cpu: number; seen: number }>('bare-kafka-reader.ts', [
    kafka.brokers,
    topic,
    String(EVENTS),
  ]);
  return { bareCpu: cpu, bareRate: seen / seconds };
}
