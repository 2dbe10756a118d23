import { describe, expect, it } from 'vitest';
import { serviceNameOf } from './service-name';

describe('the service behind a client id or connection name', () => {
  it.each([
    ['orders', 'orders'],
    ['orders/2', 'orders'],
    ['orders-1', 'orders'],
    ['order-service', 'order-service'],
    ['payment@10.0.0.7/3', 'payment'],
    ['payment@worker-7', 'payment'],
    ['inventory-10.0.0.7:5672', 'inventory'],
    ['orders-6f9d8b7c5d-x2x4z', 'orders'],
    ['orders-0b3e6f0e-5d0c-4f5e-9a39-6a1e7c1f2b3d', 'orders'],
    ['shop-streams-0b3e6f0e-5d0c-4f5e-9a39-6a1e7c1f2b3d-StreamThread-1-consumer', 'shop-streams'],
    ['consumer-billing-3', 'billing'],
    ['producer-billing-1', 'billing'],
    ['shop:notification', 'shop:notification'],
    ['v2', 'v2'],
  ])('%s → %s', (raw, service) => {
    expect(serviceNameOf(raw)).toBe(service);
  });

  it.each([
    'kafkajs',
    'rdkafka',
    'sarama',
    'consumer-1',
    'adminclient-4',
    'console-consumer',
    'undefined',
    '',
    '  ',
    '127.0.0.1:5001 -> 127.0.0.1:5672',
    'rabbitConnectionFactory#6fb365ed:0',
    '0b3e6f0e-5d0c-4f5e-9a39-6a1e7c1f2b3d',
  ])('says nothing about %j', (raw) => {
    expect(serviceNameOf(raw)).toBeNull();
  });

  it('takes the host out where it is known', () => {
    expect(serviceNameOf('ledger-node17', 'node17')).toBe('ledger');
  });
});
