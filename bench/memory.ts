import { parseArgs } from 'node:util';
import { makeTopics } from '../scripts/brokers/make-topics';
import { aKafka } from './kit/brokers';
import { openKafka } from './kit/kafka-topic';
import { cpuOfAll, rssOf, rssOfAll, scriptOf } from './kit/processes';
import { buildPages, bytesBelow, startProduct, untilReady } from './kit/product';
import { figure, pause, printFigures, printMachine, printTable } from './kit/report';
import { shopMessages } from './kit/shop-messages';

/**
 * Memory of the whole product (web half, collector, embedded store) while so many events of a shop go through it from Kafka, and what an
 * event takes on disk in the end. Flat: the second half of the events adds no more than a tenth.
 *
 *   npm run bench:memory [-- --events 2000000]
 */
const { values } = parseArgs({ options: { events: { type: 'string', default: '2000000' } } });
const EVENTS = Number(values.events);
const A_REQUEST = 1_000;
/** So far the producer runs ahead: enough for a backlog, little enough for the broker's disk cache. */
const AHEAD = 60_000;
const topic = `bench-memory-${process.pid}`;

buildPages();
printMachine();
const kafka = await aKafka();
const client = openKafka(kafka.brokers);
const admin = client.admin();
await admin.connect();
await makeTopics(admin, [{ topic, numPartitions: 6 }]);
const producer = client.producer({ allowAutoTopicCreation: false });
await producer.connect();
const product = await startProduct({
  config: { brokers: [{ name: 'bench', kafka: { brokers: kafka.brokers }, tap: { startAt: 'beginning', include: [topic] } }] },
});
const samples: { events: number; rss: number }[] = [];
try {
  await untilReady(product);
  const begin = performance.now();
  const filling = fill();
  let stored = 0;
  for (let since = Date.now(), seen = 0; stored < EVENTS; await pause(1_000)) {
    stored = await product.stored();
    samples.push({ events: stored, rss: rssOfAll(product.pids()) });
    if (stored !== seen) [seen, since] = [stored, Date.now()];
    if (Date.now() - since > 120_000) throw new Error(`${stored} events were stored, then none for two minutes`);
  }
  await filling;
  const seconds = (performance.now() - begin) / 1_000;
  const cpu = cpuOfAll(product.pids());
  await pause(15_000);
  const pids = product.pids();
  printTable([['process', 'RSS MB'], ...pids.map((pid) => [scriptOf(pid), (rssOf(pid) / 2 ** 20).toFixed(0)])]);
  const mostUpTo = (share: number, from = 0): number =>
    Math.max(...samples.filter(({ events }) => events >= EVENTS * from && events <= EVENTS * share).map(({ rss }) => rss)) / 2 ** 20;
  printFigures(`Memory of all processes, ${stored.toLocaleString('en')} events in ${seconds.toFixed(0)} s (${cpu.toFixed(0)} CPU-s)`, [
    figure('most memory at any moment', mostUpTo(1), 1_024, 'less', 'MB', 0),
    figure('15 s after the end', rssOfAll(pids) / 2 ** 20, 1_024, 'less', 'MB', 0),
    figure('second half ÷ first half, most memory', mostUpTo(1, 0.5) / mostUpTo(0.5), 1.1, 'less', '', 2),
    figure('bytes on disk per event, everything in the data folder', bytesBelow(product.directory) / stored, 300, 'less', 'B', 0),
  ]);
} finally {
  await product.close();
  await producer.disconnect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  await kafka.end();
}

async function fill(): Promise<void> {
  const next = shopMessages();
  for (let sent = 0; sent < EVENTS; sent += A_REQUEST) {
    while (sent > (samples.at(-1)?.events ?? 0) + AHEAD) await pause(100);
    const messages = Array.from({ length: Math.min(A_REQUEST, EVENTS - sent) }, () => {
      const { key, headers, body } = next();
      return { key, headers, value: body };
    });
    await producer.send({ topic, messages, acks: 1 });
  }
}
