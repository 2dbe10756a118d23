import { existsSync, readFileSync } from 'node:fs';

/** Addresses of the brokers that `npm test` or `npm run brokers -- start` brought up. */
export function realBrokers(): { readonly kafka: string[]; readonly amqp: string; readonly api: string } {
  const file = existsSync('.brokers/env') ? readFileSync('.brokers/env', 'utf8') : '';
  const value = (name: string): string => {
    const found = process.env[name] ?? new RegExp(`^${name}=(.+)$`, 'm').exec(file)?.[1];
    if (found === undefined) throw new Error(`${name} is not set: npm run brokers -- start`);
    return found;
  };
  return { kafka: value('KAFKA_BROKERS').split(','), amqp: value('AMQP_URL'), api: value('RABBITMQ_API_URL') };
}
