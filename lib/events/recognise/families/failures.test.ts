import { describe, expect, it } from 'vitest';
import { amqpHeader } from '@/lib/events/amqp-values';
import { aRecord, recognised } from '../raw-record.fixture';

const int32 = (value: number): Uint8Array => new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
const int64 = (value: number): Uint8Array => new Uint8Array([0, 0, 0, 0, ...int32(value)]);

describe('RabbitMQ', () => {
  const death = (queue: string, reason: string, count: number, exchange = 'shop', keys = ['order.placed']) => ({
    queue,
    reason,
    count,
    exchange,
    'routing-keys': keys,
  });

  it('[G30] reads x-death: newest first, the oldest is the origin', () => {
    const { failure } = recognised(
      aRecord([
        amqpHeader('x-death', [death('payment', 'delivery_limit', 2, 'dlx', ['payment']), death('orders', 'rejected', 3)]),
        amqpHeader('x-first-death-queue', 'orders'),
        amqpHeader('x-first-death-reason', 'rejected'),
        amqpHeader('x-first-death-exchange', 'shop'),
      ]),
      'rabbitmq',
    );
    expect(failure).toEqual({
      cause: 'delivery_limit',
      message: null,
      stack: null,
      reason: 'delivery_limit',
      count: 2,
      consumer: null,
      firstOrigin: { channel: 'shop', inbox: 'orders', partition: null, offset: null, routingKey: 'order.placed' },
      lastOrigin: { channel: 'dlx', inbox: 'payment', partition: null, offset: null, routingKey: 'payment' },
    });
  });

  it('[G30] reads x-last-death-* of RabbitMQ 4 and the default exchange by its empty name', () => {
    const { failure } = recognised(
      aRecord([
        amqpHeader('x-death', [death('work', 'expired', 1, '', ['work'])]),
        amqpHeader('x-first-death-queue', 'work'),
        amqpHeader('x-first-death-exchange', ''),
        amqpHeader('x-last-death-queue', 'work'),
        amqpHeader('x-last-death-reason', 'expired'),
      ]),
      'rabbitmq',
    );
    expect(failure).toMatchObject({ reason: 'expired', firstOrigin: { channel: '', inbox: 'work', routingKey: 'work' } });
  });

  it('[G36] counts how often somebody had it: before 4.3 one counter, then the acquired one; a service’s own count goes before', () => {
    const attempt = (counters: Readonly<Record<string, unknown>>): number | null =>
      recognised(aRecord(Object.entries(counters).map(([name, count]) => amqpHeader(name, count))), 'rabbitmq').attempt;
    expect(attempt({ 'x-delivery-count': 2n })).toBe(3);
    // Put back by nack three times, and once its consumer died: four had it before.
    expect(attempt({ 'x-delivery-count': 1n, 'x-acquired-count': 4n })).toBe(5);
    expect(attempt({ 'x-acquired-count': 4n, 'x-delivery-count': 1n })).toBe(5);
    expect(attempt({ 'x-acquired-count': 1n })).toBe(2);
    expect(attempt({ 'x-acquired-count': 4n, 'x-delivery-count': 1n, 'x-retry-count': 2 })).toBe(3);
    expect(attempt({ 'x-acquired-count': 0n, 'x-delivery-count': 0n })).toBe(1);
  });

  it('[G31] says what the service said about its exception, and the queue of x-death', () => {
    const { failure } = recognised(
      aRecord([
        amqpHeader('x-exception-message', 'no answer'),
        amqpHeader('x-exception-stacktrace', 'shop.CarrierTimeoutError: no answer\n at x'),
        amqpHeader('x-original-exchange', 'shop'),
        amqpHeader('x-original-routingKey', 'order.placed'),
        amqpHeader('x-death', [death('orders', 'rejected', 1)]),
      ]),
      'rabbitmq',
    );
    expect(failure).toMatchObject({
      cause: 'CarrierTimeoutError',
      message: 'no answer',
      reason: 'rejected',
      firstOrigin: { channel: 'shop', inbox: 'orders', routingKey: 'order.placed' },
    });
  });

  it('[G30] survives an x-death that is something else', () => {
    for (const value of ['text', 7, [], ['x'], { a: 1 }, [{ queue: 4, 'routing-keys': 'x' }]])
      expect(() => recognised(aRecord([amqpHeader('x-death', value)]), 'rabbitmq')).not.toThrow();
    expect(
      recognised(aRecord([{ name: 'x-death', wire: 'A', value: new Uint8Array([83, 255, 255, 255, 255, 1]) }]), 'rabbitmq').failure,
    ).toBeNull();
  });
});

describe('Spring Kafka', () => {
  const headers = [
    ['kafka_dlt-original-topic', 'orders'],
    ['kafka_dlt-original-partition', int32(3)],
    ['kafka_dlt-original-offset', int64(98_765)],
    ['kafka_dlt-original-consumer-group', 'payment'],
    ['kafka_dlt-exception-fqcn', 'org.springframework.kafka.listener.ListenerExecutionFailedException'],
    ['kafka_dlt-exception-cause-fqcn', 'com.shop.CarrierTimeout'],
    ['kafka_dlt-exception-message', 'no answer in 3000 ms'],
  ] as const;

  it('[G32] reads big-endian partition and offset, and the group that failed', () => {
    const meaning = recognised(aRecord(headers));
    expect(meaning.failure).toMatchObject({
      cause: 'CarrierTimeout',
      message: 'no answer in 3000 ms',
      firstOrigin: { channel: 'orders', inbox: 'orders@payment', partition: 3, offset: 98_765 },
    });
    expect(meaning.deadByHeaders).toBe(true);
  });

  it('[G32] reads digits too, from those who imitate it', () => {
    const digits = aRecord([
      ['kafka_dlt-original-topic', 'orders'],
      ['kafka_dlt-original-partition', '3'],
      ['kafka_dlt-original-offset', '12345678'],
    ]);
    expect(recognised(digits).failure?.firstOrigin).toMatchObject({ offset: 12_345_678 });
    expect(
      recognised(
        aRecord([
          ['kafka_dlt-original-topic', 'orders'],
          ['kafka_dlt-original-offset', '1234'],
        ]),
      ).failure?.firstOrigin.offset,
    ).toBe(1234);
  });

  it('[G32] of several origins the first is the true one and the last the latest hop', () => {
    const twice = [...headers, ['kafka_dlt-original-topic', 'orders-retry-0'], ['kafka_dlt-original-offset', int64(5)]] as const;
    expect(recognised(aRecord(twice)).failure).toMatchObject({
      firstOrigin: { channel: 'orders', offset: 98_765 },
      lastOrigin: { channel: 'orders-retry-0', offset: 5 },
    });
  });

  it('[G33] knows a retry topic from a dead-letter topic', () => {
    const meaning = recognised(
      aRecord([
        ['kafka_original-topic', 'orders'],
        ['kafka_exception-fqcn', 'a.B'],
        ['retry_topic-attempts', int32(2)],
        ['kafka_dlt-original-consumer-group', 'payment'],
      ]),
    );
    expect(meaning).toMatchObject({ deadByHeaders: false, failure: { cause: 'B', count: 2, firstOrigin: { inbox: 'orders@payment' } } });
  });

  it('[G34] reads x-original-topic of Spring Cloud Stream', () => {
    expect(
      recognised(
        aRecord([
          ['x-original-topic', 'orders'],
          ['x-original-offset', int64(7)],
          ['x-exception-fqcn', 'a.BadOrder'],
        ]),
      ),
    ).toMatchObject({ deadByHeaders: true, failure: { cause: 'BadOrder', lastOrigin: { channel: 'orders', offset: 7 } } });
  });
});

describe('Kafka Connect', () => {
  it('[G35] reads text numbers, the stage, and the sink’s group', () => {
    const said = {
      topic: 'orders',
      partition: '2',
      offset: '41',
      'connector.name': 'sink',
      stage: 'VALUE_CONVERTER',
      'exception.class.name': 'org.apache.kafka.connect.errors.DataException',
      'exception.message': 'no schema',
    };
    expect(recognised(aRecord(Object.entries(said).map(([name, text]) => [`__connect.errors.${name}`, text] as const)))).toMatchObject({
      framework: 'kafka-connect',
      deadByHeaders: true,
      failure: {
        cause: 'DataException',
        reason: 'VALUE_CONVERTER',
        message: 'no schema',
        firstOrigin: { channel: 'orders', inbox: 'orders@connect-sink', partition: 2, offset: 41 },
      },
    });
  });
});

describe('causes', () => {
  const causeOf = (text: string): unknown => {
    const { failure } = recognised(
      aRecord([
        ['__streams.errors.exception', text],
        ['__streams.errors.topic', 'orders'],
      ]),
    );
    return failure?.cause;
  };

  it('[G37] a class is told from what is said with it; a text that is none stays whole', () => {
    expect(causeOf('com.shop.NoStockException: none left: of A-1')).toBe('NoStockException');
    expect(causeOf('com.shop.NoStockException')).toBe('NoStockException');
    expect(causeOf('com.shop.Order$Failed')).toBe('Failed');
    expect(causeOf('no stock: NoStockException: x')).toBe('no stock: NoStockException: x');
  });

  it('[G37] a long text of a body is a cause and a message as well, also with escapes in it', () => {
    const place = '  File "/app/worker.py", line 485, in process\n';
    const job = (traceback: string) => ({ actor_name: 'a', queue_name: 'q', message_id: 'm', options: { retries: 1, traceback } });
    const of = (traceback: string) => recognised(aRecord([], job(traceback)), 'rabbitmq').failure;
    expect(of(`Traceback (most recent call last):\n${place.repeat(200)}shop.NoStock: none left\n`)).toMatchObject({
      cause: 'NoStock',
      message: 'none left',
      stack: expect.stringContaining('worker.py'),
    });
    expect(of(`Traceback (most recent call last):\n${place}KeyboardInterrupt`)).toMatchObject({ cause: 'KeyboardInterrupt' });
    expect(of('gone')).toMatchObject({ cause: 'gone', message: 'gone' });
  });
});
