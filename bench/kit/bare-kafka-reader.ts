import { openKafka } from './kafka-topic';

/** The rival, in a process of its own: kafkajs as everybody uses it, each body parsed. Arguments: brokers, topic, count. Prints one line of JSON. */
const [brokers = '', topic = '', count = '0'] = process.argv.slice(2);
const kafka = openKafka(brokers);
const groupId = `bench-bare-${process.pid}`;
const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 100 });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });

let seen = 0;
let orders = 0;
let begin = 0;
let before = process.cpuUsage();
await new Promise<void>((resolve) => {
  void consumer.run({
    eachBatch: async ({ batch }) => {
      if (seen === 0) [begin, before] = [performance.now(), process.cpuUsage()];
      for (const { value } of batch.messages) {
        const { data } = JSON.parse(value!.toString()) as { data: { orderId?: string } };
        if (data.orderId !== undefined) orders++;
      }
      seen += batch.messages.length;
      if (seen >= Number(count)) resolve();
    },
  });
});
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1_000, cpu: (user + system) / 1e6, seen, orders }));
await consumer.disconnect();
const admin = kafka.admin();
await admin.connect();
await admin.deleteGroups([groupId]);
await admin.disconnect();
