import amqp from 'amqplib';
import { openKafka } from './kafka-topic';
import { publishShop } from './rabbit';
import { percentile } from './report';
import { shopMessages } from './shop-messages';

/**
 * A publisher in a process of its own that waits for every confirm. Arguments: kafka|rabbitmq, address, topic or exchange, messages a second
 * (0 = as many as are confirmed with so many under way), seconds. Prints the confirmed rate and how long confirms took, ms.
 */
const [system = '', address = '', target = '', wanted = '0', seconds = '5'] = process.argv.slice(2);
const IN_FLIGHT = 200;
const UNDER_WAY_AT_MOST = 5_000;
const next = shopMessages();
const { publish, close } = system === 'kafka' ? await toKafka() : await toRabbit();

const took: number[] = [];
let underWay = 0;
let refused = 0;
const one = async (): Promise<void> => {
  const begin = performance.now();
  underWay++;
  await publish().catch(() => refused++);
  underWay--;
  took.push(performance.now() - begin);
};
const begin = performance.now();
const end = begin + Number(seconds) * 1_000;
if (Number(wanted) === 0) {
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (performance.now() < end) await one();
    }),
  );
} else {
  for (let sent = 0, now = begin; now < end; now = performance.now()) {
    for (const due = ((now - begin) / 1_000) * Number(wanted); sent < due && underWay < UNDER_WAY_AT_MOST; sent++) void one();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
const confirmed = took.length - refused;
const elapsed = (performance.now() - begin) / 1_000;
while (underWay > 0) await new Promise((resolve) => setTimeout(resolve, 5));
await close();
console.log(JSON.stringify({ rate: confirmed / elapsed, p50: percentile(took, 0.5), p99: percentile(took, 0.99), refused }));

async function toKafka() {
  const producer = openKafka(address).producer({ allowAutoTopicCreation: false, maxInFlightRequests: IN_FLIGHT });
  await producer.connect();
  return {
    publish: async () => {
      const { key, headers, body } = next();
      await producer.send({ topic: target, acks: -1, messages: [{ key, headers, value: body }] });
    },
    close: () => producer.disconnect(),
  };
}

async function toRabbit() {
  const connection = await amqp.connect(address);
  const channel = await connection.createConfirmChannel();
  return {
    publish: () =>
      new Promise<void>((resolve, reject) =>
        publishShop(channel, target, next(), (error) => (error === null || error === undefined ? resolve() : reject(error as Error))),
      ),
    close: () => connection.close(),
  };
}
