import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the brokers for tests listen. The names are the environment variables that carry them. */
export interface BrokerAddresses {
  readonly KAFKA_BROKERS: string;
  readonly AMQP_URL: string;
  readonly RABBITMQ_API_URL: string;
  readonly RABBITMQ_PROMETHEUS_URL: string;
}

export const addressNames = ['KAFKA_BROKERS', 'AMQP_URL', 'RABBITMQ_API_URL', 'RABBITMQ_PROMETHEUS_URL'] as const;

/** Folder of the brokers that `npm run brokers` keeps; EVENTYARD_BROKERS_DIR names another. */
export const brokersFolder = (): string =>
  resolve(process.env['EVENTYARD_BROKERS_DIR'] ?? join(fileURLToPath(new URL('../../', import.meta.url)), '.brokers'));

/** From the environment, else from what `npm run brokers -- start` wrote. Throws when a test has no brokers. */
export function brokerAddresses(): BrokerAddresses {
  const written = readEnvFile();
  const of = (name: (typeof addressNames)[number]): string => process.env[name] ?? written.get(name) ?? '';
  const addresses = {
    KAFKA_BROKERS: of('KAFKA_BROKERS'),
    AMQP_URL: of('AMQP_URL'),
    RABBITMQ_API_URL: of('RABBITMQ_API_URL'),
    RABBITMQ_PROMETHEUS_URL: of('RABBITMQ_PROMETHEUS_URL'),
  };
  if (addresses.KAFKA_BROKERS === '' || addresses.AMQP_URL === '') throw new Error('no brokers for tests: run `npm run brokers -- start`');
  return addresses;
}

export function readEnvFile(): Map<string, string> {
  const file = join(brokersFolder(), 'env');
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('='));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
