import type { ShopConfig } from './config';
import { connectKafka } from './transport/kafka';
import type { Connect } from './transport/port';
import { connectRabbit } from './transport/rabbitmq';
import type { World } from './world';

/** The brokers that the settings name cannot be reached, or none is named. The process ends with 3. */
export class NoBroker extends Error {
  override readonly name = 'NoBroker';
}

export interface RealBrokers {
  readonly connect: Connect;
  readonly restartBroker: World['restartBroker'];
}

/** The shop did not start the brokers: who did has to say how they are started anew. A scenario that needs it ends here, and does not pass without it. */
export const cannotRestart: World['restartBroker'] = (broker) =>
  Promise.reject(
    new NoBroker(`${broker} can't be started anew from here: bring the brokers up with npm run brokers -- start, and use npm run shop`),
  );

/** @throws NoBroker */
export async function openRealBrokers(
  { kafka, rabbitmq, time }: Pick<ShopConfig, 'kafka' | 'rabbitmq' | 'time'>,
  restartBroker: World['restartBroker'] = cannotRestart,
): Promise<RealBrokers> {
  if (kafka.brokers.length === 0)
    throw new NoBroker('kafka.brokers: none is named; npm run brokers -- start brings one up and prints KAFKA_BROKERS');
  if (rabbitmq.url === '') throw new NoBroker('rabbitmq.url: none is named; npm run brokers -- start brings one up and prints AMQP_URL');
  const connect: Connect = async (who) => {
    const [queues, logs] = await Promise.all([
      connectRabbit(rabbitmq.url, who, { time }).catch(unreachable('rabbitmq.url')),
      connectKafka(kafka.brokers, who, { prefix: kafka.topicPrefix }).catch(unreachable('kafka.brokers')),
    ]);
    return { rabbitmq: queues, kafka: logs };
  };
  // Found out now, and not by the thirteenth service.
  const { rabbitmq: queues, kafka: logs } = await connect({ service: 'traffic', instance: 0 });
  await Promise.all([queues.close(), logs.close()]);
  return { connect, restartBroker };
}

const unreachable =
  (setting: string) =>
  (error: unknown): never => {
    throw new NoBroker(`${setting}: ${(error as Error).message}`);
  };
