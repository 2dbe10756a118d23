import type { ShopConfig } from './config';
import type { Connect } from './transport/port';
import type { World } from './world';

/** The brokers that the settings name cannot be reached, or none is named. The process ends with 3. */
export class NoBroker extends Error {
  override readonly name = 'NoBroker';
}

export interface RealBrokers {
  readonly connect: Connect;
  readonly restartBroker: World['restartBroker'];
}

/** @throws NoBroker */
export async function openRealBrokers({ kafka, rabbitmq }: Pick<ShopConfig, 'kafka' | 'rabbitmq'>): Promise<RealBrokers> {
  if (kafka.brokers.length === 0)
    throw new NoBroker('kafka.brokers: none is named; npm run brokers -- start brings one up and prints KAFKA_BROKERS');
  if (rabbitmq.url === '') throw new NoBroker('rabbitmq.url: none is named; npm run brokers -- start brings one up and prints AMQP_URL');
  throw new NoBroker('not yet');
}
