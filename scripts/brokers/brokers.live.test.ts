import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningKafka, startKafka } from './kafka';
import { makeTopics } from './make-topics';
import { portAnswers, wait } from './processes';
import { type RunningRabbit, startRabbit } from './rabbit';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

describe('private brokers for a test', () => {
  let kafka: RunningKafka;
  let rabbit: RunningRabbit;
  beforeAll(async () => {
    kafka = await startKafka();
    rabbit = await startRabbit();
  });
  afterAll(async () => {
    await kafka.remove();
    await rabbit.remove();
  });

  it('Kafka keeps its address and its topics through a crash', async () => {
    const topics = async () => {
      const admin = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING, retry: { retries: 20 } }).admin();
      await admin.connect();
      await makeTopics(admin, [{ topic: 'kept', numPartitions: 1 }]);
      const found = await admin.listTopics();
      await admin.disconnect();
      return found;
    };
    expect(await topics()).toContain('kept');
    await kafka.kill9();
    expect(kafka.isRunning()).toBe(false);
    await vi.waitFor(async () => expect(await portAnswers('127.0.0.1', kafka.port)).toBe(false), { timeout: 30_000 });
    await kafka.restart();
    expect(kafka.isRunning()).toBe(true);
    expect(await topics()).toContain('kept');
  });

  it('RabbitMQ keeps its address and its durable queues through a crash', async () => {
    const { origin, username, password } = new URL(rabbit.apiUrl);
    const headers = {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    };
    const queue = `${origin}/api/queues/%2F/kept`;
    expect((await fetch(queue, { method: 'PUT', headers, body: '{"durable":true}' })).ok).toBe(true);
    // The queue's definition is written behind: about two seconds, which nothing outside can watch.
    await wait(4_000);
    await rabbit.kill9();
    expect(rabbit.isRunning()).toBe(false);
    await rabbit.restart();
    await vi.waitFor(async () => expect((await fetch(queue, { headers })).status).toBe(200), { timeout: 60_000, interval: 500 });
    expect((await fetch(rabbit.prometheusUrl)).ok).toBe(true);
  });

  it('the command uses brokers that it is given, starts none, and stops none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'eventyard-brokers-'));
    const env = {
      ...process.env,
      EVENTYARD_BROKERS_DIR: folder,
      KAFKA_BROKERS: kafka.brokers,
      AMQP_URL: rabbit.amqpUrl,
      RABBITMQ_API_URL: rabbit.apiUrl,
      RABBITMQ_PROMETHEUS_URL: '',
    };
    const run = (word: string) => execFileSync(process.execPath, ['--import', 'tsx', main, word], { env, encoding: 'utf8' });
    expect(run('start')).toContain(`using ${kafka.brokers}`);
    expect(readFileSync(join(folder, 'env'), 'utf8')).toBe(
      `KAFKA_BROKERS=${kafka.brokers}\nAMQP_URL=${rabbit.amqpUrl}\nRABBITMQ_API_URL=${rabbit.apiUrl}\n`,
    );
    expect(run('status')).toContain('not started here');
    expect(run('stop')).toContain('nothing was started here');
    expect(existsSync(join(folder, 'env'))).toBe(false);
    expect([kafka.isRunning(), rabbit.isRunning()]).toEqual([true, true]);
    rmSync(folder, { recursive: true, force: true });
  });
});
