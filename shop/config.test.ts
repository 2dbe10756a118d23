import { describe, expect, it } from 'vitest';
import { ConfigError, readCommandLine, readConfig } from './config';

describe('the shop’s settings', () => {
  it('given nothing, then the shop runs on the in-process broker', () => {
    const config = readConfig();
    expect(config).toMatchObject({ broker: 'in-process', scenario: 'happy-path', rate: 50, seed: 1 });
    expect(config.instances).toMatchObject({ 'payment-service': 2, 'order-service': 1 });
  });

  it('given flags and environment, then flags win', () => {
    const env = { SHOP_RATE: '9', SHOP_TIME_FACTOR: '10', SHOP_KAFKA_TOPIC_PREFIX: 'run1.', KAFKA_BROKERS: 'k:9092', AMQP_URL: 'amqp://r' };
    const { config } = readCommandLine(['--rate', '7', '--instances', 'payment=3', '--services', 'order,payment-service'], env);
    expect(config).toMatchObject({
      rate: 7,
      timeFactor: 10,
      kafka: { brokers: ['k:9092'], topicPrefix: 'run1.' },
      rabbitmq: { url: 'amqp://r' },
    });
    expect(config.instances['payment-service']).toBe(3);
    expect(config.services).toEqual(['order-service', 'payment-service']);
    expect(config.time(2_000)).toBe(200);
    expect(readCommandLine(['--rate', '7'], env).said).toEqual(new Set(['rate']));
  });

  it.each([
    [['--rate', 'fast'], 'rate'],
    [['--scenario', 'none-such'], 'scenario'],
    [['--services', 'order,none'], 'services'],
    [['--instances', 'payment=none'], 'instances'],
    [['--trace', 'some'], 'trace'],
    [['--otlp', 'collector'], 'otlp'],
  ])('given %j, then the error names the path %s', (args, path) => {
    expect(() => readCommandLine(args, {})).toThrow(new RegExp(`^${path}: `));
    expect(() => readCommandLine(args, {})).toThrow(ConfigError);
  });

  it('given an address without a port, then its path is named', () => {
    expect(() => readConfig({ env: { SHOP_KAFKA_BROKERS: 'kafka' } })).toThrow(/^kafka\.brokers\.0: /);
  });

  it('given a question, then its subject and moment are read', () => {
    expect(readCommandLine(['state', 'ord-1', '--at', '2026-01-01T00:00:00Z'], {})).toMatchObject({ command: 'state', subject: 'ord-1' });
    expect(() => readCommandLine(['state'], {})).toThrow(ConfigError);
  });
});
