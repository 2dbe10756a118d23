import { parseArgs } from 'node:util';
import { aRabbit } from './kit/brokers';
import { startCollectorAndStore } from './kit/collector';
import { aBenchExchange } from './kit/rabbit';
import { figure, median, printFigures, printMachine, printTable } from './kit/report';
import { runScript } from './kit/run-script';

/**
 * RabbitMQ: our tap without the store against a bare amqplib consumer that acknowledges a hundred at a time, each emptying its own full queue
 * in a process of its own, in alternating rounds. Then the whole way into the store, while the messages are published.
 *
 *   npm run bench:rabbit [-- --messages 60000 --rounds 3]
 */
const { values } = parseArgs({ options: { messages: { type: 'string', default: '60000' }, rounds: { type: 'string', default: '3' } } });
const [MESSAGES, ROUNDS] = [Number(values.messages), Number(values.rounds)];
interface Run {
  readonly seconds: number;
  readonly cpu: number;
}

printMachine();
const rabbit = await aRabbit();
const world = await aBenchExchange(rabbit.url);
const alone = `bench-alone-${process.pid}`;
const runs: { bare: Run; tap: Run; whole: { collector: number; store: number } }[] = [];
try {
  for (let round = 0, at = ['0', '0']; round < ROUNDS; round++) {
    const readTap = (count: number) =>
      runScript<Run & { batch: number; batchSize: number }>('rabbit-tap-reader.ts', [
        rabbit.url,
        rabbit.api,
        alone,
        world.exchange,
        ...at,
        String(count),
      ]);
    if (round === 0) await readTap(0);
    await world.fill(MESSAGES);
    const bareFirst = round % 2 === 0;
    const readBare = () => runScript<Run>('bare-rabbit-reader.ts', [rabbit.url, world.queue, String(MESSAGES)]);
    const first = bareFirst ? await readBare() : null;
    const tap = await readTap(MESSAGES);
    at = [String(tap.batch), String(tap.batchSize)];
    runs.push({ bare: first ?? (await readBare()), tap, whole: { collector: 0, store: 0 } });
  }
  await world.removeTap(alone);
  for (const run of runs) run.whole = await wholeWay();
} finally {
  await world.remove();
  await rabbit.end();
}

const perMillion = (seconds: number): number => (seconds * 1e6) / MESSAGES;
printTable([
  ['round', 'bare /s', 'tap /s', 'bare µs', 'tap µs', 'whole: collector µs', 'store µs'],
  ...runs.map(({ bare, tap, whole }, i) => [
    String(i + 1),
    ...[bare, tap].map(({ seconds }) => Math.round(MESSAGES / seconds).toString()),
    ...[bare.cpu, tap.cpu, whole.collector, whole.store].map((cpu) => perMillion(cpu).toFixed(1)),
  ]),
]);
printFigures(`RabbitMQ, ${MESSAGES.toLocaleString('en')} messages of a shop, medians of ${ROUNDS}`, [
  figure('tap without store ÷ bare amqplib, rate', median(runs.map(({ bare, tap }) => bare.seconds / tap.seconds)), 0.9, 'more', '', 2),
  figure('tap without store: messages a second', median(runs.map(({ tap }) => MESSAGES / tap.seconds)), null, 'more', '/s', 0),
  figure('tap without store: CPU-s per million', perMillion(median(runs.map(({ tap }) => tap.cpu))), null, 'less', 'CPU-s'),
  figure('bare amqplib: CPU-s per million', perMillion(median(runs.map(({ bare }) => bare.cpu))), null, 'less', 'CPU-s'),
  figure(
    'whole way, collector and store: CPU-s per million',
    perMillion(median(runs.map(({ whole }) => whole.collector + whole.store))),
    null,
    'less',
    'CPU-s',
  ),
]);

async function wholeWay(): Promise<{ collector: number; store: number }> {
  const tap = `bench-whole-${process.pid}`;
  const collector = await startCollectorAndStore([
    { name: tap, rabbitmq: { url: rabbit.url, api: rabbit.api }, tap: { include: [world.exchange], discoverEvery: '1s' } },
  ]);
  try {
    for (let sent = 0; collector.stored() === 0; sent++) {
      if (sent > 600) throw new Error('the tap stored nothing');
      await world.fill(1);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const [before, already] = [collector.cpu(), collector.stored()];
    await world.fill(MESSAGES);
    await collector.untilStored(already + MESSAGES);
    await collector.untilQuiet();
    const after = collector.cpu();
    return { collector: after.collector - before.collector, store: after.store - before.store };
  } finally {
    await collector.close();
    await world.removeTap(tap);
    await world.channel.purgeQueue(world.queue);
  }
}
