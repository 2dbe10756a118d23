import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './config';
import { openDatabase } from './kernel/db/database';
import { openProcessWorld, type ProcessWorld } from './process-world';
import { openRealBrokers } from './real-brokers';
import { planFor, runScenario } from './scenarios/run-scenario';
import { SCENARIOS } from './scenarios/scenarios';
import { realBrokers } from './transport/real-brokers.fixture';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A process an instance, on a virtual host and a topic prefix of their own. */
describe('a shop of many processes on real brokers', () => {
  const run = `shop-each-${randomBytes(4).toString('hex')}`;
  const data = mkdtempSync(join(tmpdir(), 'shop-each-'));
  const { kafka, amqp, api } = realBrokers();
  const story = SCENARIOS['consumer-crash'];
  const env = {
    ...process.env,
    KAFKA_BROKERS: kafka.join(','),
    AMQP_URL: `${amqp.replace(/\/$/, '')}/${run}`,
    SHOP_KAFKA_TOPIC_PREFIX: `${run}.`,
  };
  const flags = { broker: 'kafka+rabbitmq', scenario: story.name, orders: '6', seed: '11', timeFactor: '5' };
  const config = { ...readConfig({ flags: { ...flags, http: { basePort: 0 } }, env }), data };
  const lost: string[] = [];
  let world: ProcessWorld;

  const vhost = async (method: 'PUT' | 'DELETE'): Promise<void> => {
    const { origin, username, password } = new URL(api);
    const authorization = `Basic ${btoa(`${username}:${password}`)}`;
    const answer = await fetch(`${origin}/api/vhosts/${run}`, { method, headers: { authorization } });
    if (!answer.ok) throw new Error(`${method} of the vhost answered ${answer.status}`);
  };

  beforeAll(async () => {
    await vhost('PUT');
    const { broker, scenario, orders, seed, timeFactor } = flags;
    world = await openProcessWorld({
      config,
      plan: planFor(story, config),
      args: ['--broker', broker, '--scenario', scenario, '--orders', orders, '--seed', seed, '--time-factor', timeFactor],
      env,
      onLost: (what) => void lost.push(what),
      ...(await openRealBrokers(config)),
    });
  });

  afterAll(async () => {
    await vhost('DELETE');
    rmSync(data, { recursive: true, force: true });
  });

  it('[SS20] ends with the counts of its plan though a process is killed with SIGKILL in the middle of its work', async () => {
    const outcome = await runScenario(story, config, world, new AbortController().signal);
    expect([...outcome.differences, ...outcome.violations]).toEqual([]);
    expect(lost).toEqual([]);
  });

  it('[SP3] says which process ended by itself', async () => {
    const before = world.pids();
    await world.start('inventory-service', 2);
    const [pid] = world.pids().filter((one) => !before.includes(one));
    process.kill(pid!, 'SIGKILL');
    await expect.poll(() => lost, { timeout: 60_000 }).toEqual(['inventory-service/2 ended by itself, by SIGKILL']);
  });

  it('[SP1] [SP2] stops in good order: every process ends with 0, and none, no port and no lock is left', async () => {
    const pids = world.pids();
    expect(pids).toHaveLength(15);
    const url = world.urlOf('order-service');
    await world.close();
    expect(pids.filter(isAlive)).toEqual([]);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    const database = openDatabase(world.databaseOf('order-service'));
    database.transaction((tx) => tx.run(`DELETE FROM outbox WHERE seq < 0`));
    database.close();
  });
});
