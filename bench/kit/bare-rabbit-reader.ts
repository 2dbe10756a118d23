import amqp from 'amqplib';

/** The rival, in a process of its own: amqplib with one acknowledgement for a hundred messages. Arguments: url, queue, count. */
const [url = '', queue = '', count = '0'] = process.argv.slice(2);
const connection = await amqp.connect(url);
const channel = await connection.createChannel();
await channel.prefetch(2_000);
let seen = 0;
let bytes = 0;
let begin = 0;
let before = process.cpuUsage();
await new Promise<void>((resolve) => {
  void channel.consume(queue, (message) => {
    if (message === null) return;
    if (seen === 0) [begin, before] = [performance.now(), process.cpuUsage()];
    bytes += message.content.length;
    seen++;
    if (seen % 100 === 0 || seen === Number(count)) channel.ack(message, true);
    if (seen === Number(count)) resolve();
  });
});
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1_000, cpu: (user + system) / 1e6, seen, bytes }));
await channel.close();
await connection.close();
