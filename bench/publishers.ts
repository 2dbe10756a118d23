import { parseArgs } from 'node:util';
import { aKafka, aRabbit } from './kit/brokers';
import { startCollectorAndStore } from './kit/collector';
import { aFilledTopic } from './kit/kafka-topic';
import { aBenchExchange } from './kit/rabbit';
import { figure, median, pause, printFigures, printMachine, printTable, type Figure } from './kit/report';
import { runScript } from './kit/run-script';

/**
 * What an application's publishers feel of us: confirmed rate and p99 of the confirms with the whole collector and its store running and
 * reading along, against without, in alternating runs, at half of the rate that was confirmed at most without us. The saturated rates beside it.
 *
 *   npm run bench:publishers [-- --rounds 3 --seconds 5 --only kafka|rabbitmq]
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '5' }, only: { type: 'string' } },
});
interface Run {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}
interface Place {
  readonly system: 'kafka' | 'rabbitmq';
  readonly address: string;
  readonly target: string;
  readonly broker: (name: string) => object;
  readonly afterTap: (name: string) => Promise<void>;
  readonly afterRun: () => Promise<void>;
  readonly end: () => Promise<void>;
}

let taps = 0;

printMachine();
const figures: Figure[] = [];
for (const open of [kafkaPlace, rabbitPlace]) {
  if (values.only !== undefined && !open.name.startsWith(values.only.slice(0, 5))) continue;
  const place = await open();
  try {
    figures.push(...(await compare(place)));
  } finally {
    await place.end();
  }
}
printFigures(`Publishers with the tap on ÷ off, medians of ${values.rounds} alternating runs of ${values.seconds} s`, figures);

async function compare(place: Place): Promise<Figure[]> {
  await run(place, 0, 3);
  const [offFull, onFull, off, on]: [Run[], Run[], Run[], Run[]] = [[], [], [], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    offFull.push(await run(place, 0, 3));
    await withTap(place, async () => onFull.push(await run(place, 0, 3)));
  }
  const half = median(offFull.map(({ rate }) => rate)) / 2;
  for (let round = 0; round < Number(values.rounds); round++) {
    off.push(await run(place, half, Number(values.seconds)));
    await withTap(place, async () => on.push(await run(place, half, Number(values.seconds))));
  }
  const rate = (runs: readonly Run[]): number => median(runs.map((r) => r.rate));
  const p99 = (runs: readonly Run[]): number => median(runs.map((r) => r.p99));
  printTable([
    [place.system, 'off /s', 'on /s', 'off p99 ms', 'on p99 ms'],
    ...[['saturated', offFull, onFull] as const, [`half of it (${Math.round(half)}/s)`, off, on] as const].map(([name, a, b]) => [
      name,
      rate(a).toFixed(0),
      rate(b).toFixed(0),
      p99(a).toFixed(1),
      p99(b).toFixed(1),
    ]),
  ]);
  return [
    figure(`${place.system}: confirmed rate at half, on ÷ off`, rate(on) / rate(off), 0.95, 'more', '', 2),
    figure(`${place.system}: confirm p99 at half, on ÷ off`, p99(on) / p99(off), 1.5, 'less', '×', 2),
    figure(`${place.system}: saturated rate, on ÷ off`, rate(onFull) / rate(offFull), null, 'more', '', 2),
  ];
}

async function run({ system, address, target, afterRun }: Place, rate: number, seconds: number): Promise<Run> {
  const result = await runScript<Run>('publisher.ts', [system, address, target, String(Math.round(rate)), String(seconds)]);
  await afterRun();
  return result;
}

async function withTap(place: Place, work: () => Promise<unknown>): Promise<void> {
  const name = `bench-pub-${process.pid}-${++taps}`;
  const collector = await startCollectorAndStore([place.broker(name)]);
  try {
    for (let tries = 0; collector.stored() === 0; tries++) {
      if (tries > 60) throw new Error('the tap stored nothing');
      await run(place, 20, 0.2);
      await pause(200);
    }
    await work();
    await collector.untilQuiet();
  } finally {
    await collector.close();
    await place.afterTap(name);
  }
}

async function kafkaPlace(): Promise<Place> {
  const { brokers, end } = await aKafka();
  const topic = `bench-publishers-${process.pid}`;
  const { remove } = await aFilledTopic(brokers, topic, 0);
  return {
    system: 'kafka',
    address: brokers,
    target: topic,
    broker: (name) => ({ name, kafka: { brokers }, tap: { include: [topic], startAt: 'now' } }),
    afterTap: async () => undefined,
    afterRun: async () => undefined,
    end: async () => {
      await remove();
      await end();
    },
  };
}

async function rabbitPlace(): Promise<Place> {
  const { url, api, end } = await aRabbit();
  const world = await aBenchExchange(url);
  return {
    system: 'rabbitmq',
    address: url,
    target: world.exchange,
    broker: (name) => ({ name, rabbitmq: { url, api }, tap: { include: [world.exchange], discoverEvery: '1s' } }),
    afterTap: (name) => world.removeTap(name),
    afterRun: async () => void (await world.channel.purgeQueue(world.queue)),
    end: async () => {
      await world.remove();
      await end();
    },
  };
}
