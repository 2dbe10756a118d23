import { createRequire } from 'node:module';
import { Kafka } from 'kafkajs';
import { describe, expect, it, vi } from 'vitest';
import { apiKeys, createCluster, errorName, mendKafkajs, murmur2, requests } from './kafkajs-patches';

const load = createRequire(import.meta.url);

describe('what we take out of kafkajs', () => {
  it('is pinned to the version whose inside we know', () => {
    expect((load('kafkajs/package.json') as { version: string }).version).toBe('2.2.4');
  });

  it('is where we look for it', () => {
    const cluster = createCluster(new Kafka({ brokers: ['127.0.0.1:1'] }));
    expect(cluster.connectionPoolBuilder.build).toBeTypeOf('function');
    expect(cluster.brokerPool.createBroker).toBeTypeOf('function');
    for (const api of [
      'Fetch',
      'ListOffsets',
      'Metadata',
      'OffsetCommit',
      'OffsetFetch',
      'GroupCoordinator',
      'JoinGroup',
      'SyncGroup',
      'Heartbeat',
      'LeaveGroup',
      'DescribeGroups',
      'ListGroups',
      'InitProducerId',
    ]) {
      expect(apiKeys[api], api).toBeTypeOf('number');
      expect(requests[api]?.versions.length, api).toBeGreaterThan(0);
    }
    expect(errorName(29)).toBe('TOPIC_AUTHORIZATION_FAILED');
    expect(errorName(9_999)).toBe('error 9999');
    expect(murmur2(Buffer.from('21'))).toBe(-973932308);
  });

  it('[K1] an idle connection sets no timer', () => {
    mendKafkajs();
    const RequestQueue = load('kafkajs/src/network/requestQueue') as new (options: object) => {
      checkPendingRequests(): void;
      throttleCheckTimeoutId: unknown;
    };
    const logger = { debug: () => undefined, namespace: () => logger };
    const queue = new RequestQueue({
      maxInFlightRequests: null,
      requestTimeout: 1,
      enforceRequestTimeout: false,
      clientId: 'x',
      broker: 'x',
      logger,
    });
    const timers = vi.spyOn(globalThis, 'setTimeout');
    queue.checkPendingRequests();
    expect(timers).not.toHaveBeenCalled();
    timers.mockRestore();
  });

  it('opens one socket for requests that meet at a closed connection', async () => {
    mendKafkajs();
    const ConnectionPool = load('kafkajs/src/network/connectionPool') as {
      prototype: { getConnection(this: object, index: number): Promise<object> };
    };
    let opened = 0;
    const connection = { isConnected: () => false, connect: async () => ++opened };
    const pool = { pool: [connection] };
    await Promise.all([ConnectionPool.prototype.getConnection.call(pool, 0), ConnectionPool.prototype.getConnection.call(pool, 0)]);
    expect(opened).toBe(1);
  });
});
