import { parseArgs } from 'node:util';
import { isScenario, SCENARIOS } from './kernel/faults';
import { connectKafka } from './transport/kafka';
import { connectRabbit } from './transport/rabbitmq';
import { startShop } from './world';

const USAGE = `npm run shop -- [--rate 5] [--seed 1] [--orders N] [--scenario ${Object.keys(SCENARIOS).join('|')}]

Runs the shop on real brokers: KAFKA_BROKERS (host:port, …) and AMQP_URL. Exit codes: 0 stopped, 2 wrong arguments, 3 no broker.`;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    orders: { type: 'string' },
    scenario: { type: 'string', default: 'mixed' },
    help: { type: 'boolean' },
  },
});
const { KAFKA_BROKERS: kafka, AMQP_URL: amqp } = process.env;
const { scenario } = values;
if (values.help === true || !isScenario(scenario)) {
  console.log(USAGE);
  process.exit(values.help === true ? 0 : 2);
}
if (kafka === undefined || amqp === undefined) {
  console.error(
    `${kafka === undefined ? 'KAFKA_BROKERS' : 'AMQP_URL'} is not set. npm run brokers -- start brings brokers up and prints their addresses.`,
  );
  process.exit(3);
}

const shop = await startShop(
  async (service, instance = 1) => {
    const [queues, logs] = await Promise.all([
      connectRabbit(amqp, { service, instance }),
      connectKafka(kafka.split(','), { service, instance }),
    ]);
    return { queues, logs, close: async () => void (await Promise.all([queues.close(), logs.close()])) };
  },
  { seed: Number(values.seed), rate: Number(values.rate), ...(values.orders === undefined ? {} : { orders: Number(values.orders) }) },
  scenario,
);
console.log(`the shop is open: ${values.rate} orders/s, scenario ${scenario}`);
const stop = (): void => void shop.stop().then(() => process.exit(0));
process.once('SIGTERM', stop).once('SIGINT', stop);
console.log(`${await shop.sent} orders sent`);
