import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAppError } from '@/lib/errors';
import { readConfig, type ConfigSources } from './read-config';

describe('configuration', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'eventyard-config-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (yaml: string, more: Partial<ConfigSources> = {}) => {
    writeFileSync(join(folder, 'eventyard.yaml'), yaml);
    return readConfig({ env: {}, flags: {}, cwd: folder, ...more });
  };
  const complaint = (yaml: string, more: Partial<ConfigSources> = {}): string => {
    try {
      read(yaml, more);
    } catch (error) {
      if (isAppError(error)) return error.message;
      throw error;
    }
    return 'no complaint';
  };

  it('[C1] without a file everything has a default', () => {
    const config = readConfig({ env: {}, flags: {}, cwd: folder });
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 7200 },
      brokers: [],
      sagas: [],
      store: { directory: join(folder, 'data') },
    });
  });

  it('[C2] flags win over the environment, which wins over the file', () => {
    const yaml = 'listen: { port: 1 }\nlog: { level: warn }\nenvironment: { name: file }';
    const config = read(yaml, { env: { EVENTYARD_LISTEN_PORT: '2', EVENTYARD_LOG_LEVEL: 'error' }, flags: { 'listen.port': '3' } });
    expect([config.listen.port, config.log.level, config.environment.name]).toEqual([3, 'error', 'file']);
  });

  it('[C3] every problem is told at once, by path, with what is allowed', () => {
    const said = complaint(
      'listen: { port: many }\nbogus: 1\nbrokers: [{ name: k, kafka: { brokers: ["h:1"], sasl: { mechanism: md5, username: u, password: p } } }]',
    );
    expect(said).toContain('listen.port: number is expected');
    expect(said).toContain('bogus: there is no such setting');
    expect(said).toContain('brokers.0.kafka.sasl.mechanism: one of plain, scram-sha-256, scram-sha-512 is allowed');
  });

  it('[C3] an unknown variable with our prefix is told too, and one of our scripts is not', () => {
    expect(complaint('', { env: { EVENTYARD_LISTEN_PROT: '1' } })).toContain('EVENTYARD_LISTEN_PROT: there is no such setting');
    expect(complaint('', { env: { EVENTYARD_BROKERS_DIR: '/x' } })).toBe('no complaint');
  });

  it('[C4] a secret is never shown, whatever is wrong with it', () => {
    const broken = 'brokers: [{ name: k, kafka: { brokers: ["h:1"], sasl: { mechanism: plain, username: 7, password: 83838383 } } }]';
    expect(complaint(broken)).toContain('password: string is expected, number was given');
    expect(complaint(broken)).not.toContain('83838383');
    expect(complaint('brokers:\n  - name: r\n    rabbitmq: { url: "hunter2@host", api: "x" }')).not.toContain('hunter2');
    expect(complaint('store: { password: "hunter2" : }')).not.toContain('hunter2');
  });

  it('[C5] ${NAME} comes from the environment, file: from a file; what is missing is named', () => {
    writeFileSync(join(folder, 'secret'), 'from-the-file\n');
    const yaml = 'store: { url: "http://${HOST}:8123", user: u, password: "file:secret" }';
    expect(read(yaml, { env: { HOST: 'ch' } }).store).toMatchObject({ url: 'http://ch:8123', password: 'from-the-file' });
    expect(complaint(yaml)).toContain('store.url: the environment has no variable HOST');
    expect(complaint('store: { password: "file:/nowhere" }')).toContain('store.password: the file /nowhere cannot be read');
  });

  it('[C6] any address but loopback is refused with the reason', () => {
    expect(complaint('listen: { host: 0.0.0.0 }')).toContain('there is no sign-in yet');
    expect(complaint('listen: { host: 127.0.0.2 }')).toBe('no complaint');
  });

  it('a name given twice and a broker of two kinds are refused', () => {
    expect(complaint('brokers: [{ name: a, kafka: { brokers: ["h:1"] } }, { name: a, kafka: { brokers: ["h:2"] } }]')).toContain(
      'the name a is given twice',
    );
    expect(complaint('brokers: [{ name: a, kafka: { brokers: ["h:1"] }, rabbitmq: { url: "amqp://h", api: "http://h" } }]')).toContain(
      'exactly one of kafka: or rabbitmq:',
    );
  });

  it('the commented example loads, and so do the demo and the shop', () => {
    const env = {
      KAFKA_PASSWORD: 'p',
      RABBITMQ_PASSWORD: 'p',
      KAFKA_BROKERS: 'h:9092',
      AMQP_URL: 'amqp://h',
      RABBITMQ_API_URL: 'http://h:15672',
      EVENTYARD_DEMO_REGISTRY_PORT: '7312',
    };
    for (const file of ['eventyard.example.yaml', 'scripts/demo/eventyard.yaml', 'shop/eventyard.yaml']) {
      const config = readConfig({ file: join(process.cwd(), file), env, flags: {}, cwd: folder });
      expect(config.brokers.length, file).toBe(2);
      expect(config.sagas[0]?.name, file).toBe('order-fulfilment');
    }
  });
});
