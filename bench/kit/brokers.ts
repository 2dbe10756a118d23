import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningKafka, startKafka } from '../../scripts/brokers/kafka';
import { type RunningRabbit, startRabbit } from '../../scripts/brokers/rabbit';
import { brokersFolder, readEnvFile } from '../../scripts/brokers/addresses';

/** Real brokers of a bench's own, or those that run already (the environment, `npm run brokers -- start`). `end` removes only what was started here. */
export async function aKafka(): Promise<{ brokers: string; pid: number | null; end: () => Promise<void> }> {
  const given = process.env.KAFKA_BROKERS ?? readEnvFile().get('KAFKA_BROKERS');
  if (given !== undefined && given !== '') return { brokers: given, pid: null, end: async () => undefined };
  console.log('starting a Kafka …');
  const kafka: RunningKafka = await startKafka({ say: (line) => console.log(line) });
  return { brokers: kafka.brokers, pid: kafka.state().pid, end: () => kafka.remove() };
}

export async function aRabbit(): Promise<{ url: string; api: string; end: () => Promise<void> }> {
  const env = readEnvFile();
  const url = process.env.AMQP_URL ?? env.get('AMQP_URL');
  const api = process.env.RABBITMQ_API_URL ?? env.get('RABBITMQ_API_URL');
  if (url !== undefined && url !== '' && api !== undefined) return { url, api, end: async () => undefined };
  console.log('starting a RabbitMQ …');
  const rabbit: RunningRabbit = await startRabbit({ say: (line) => console.log(line) });
  return { url: rabbit.amqpUrl, api: rabbit.apiUrl, end: () => rabbit.remove() };
}

/** The processes of the brokers that `npm run brokers -- start` began; none where somebody else did. */
export function brokerPids(): readonly { readonly name: string; readonly pid: number }[] {
  const file = join(brokersFolder(), 'state.json');
  if (!existsSync(file)) return [];
  const state = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, { readonly pid?: number }>>;
  return Object.entries(state).flatMap(([name, { pid }]) => (pid === undefined ? [] : [{ name, pid }]));
}
