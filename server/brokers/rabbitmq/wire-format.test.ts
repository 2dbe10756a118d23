import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amqpHeader, amqpProperty } from '@/lib/events/amqp-values';
import { amqpProtocol } from './amqp-client';
import { RawPublish, decodeDelivery, encodeProperties, frameOfPublish, headersOf } from './wire-format';

const text = (value: string) => new TextEncoder().encode(value);
const named = (headers: ReturnType<typeof headersOf>) =>
  headers.map(({ name, wire, value }) => [name, wire, value === null ? null : Buffer.from(value).toString('hex')]);

describe('the wire format', () => {
  it('[R1] all fourteen properties and a table with two headers of one name come back', () => {
    const headers = [
      ...['content-type', 'content-encoding'].map((name) => amqpProperty(name, `${name} ü`)),
      amqpProperty('delivery-mode', '2'),
      amqpProperty('priority', '255'),
      ...['correlation-id', 'reply-to', 'expiration', 'message-id'].map((name) => amqpProperty(name, name)),
      amqpProperty('timestamp', '-7'),
      ...['type', 'user-id', 'app-id', 'cluster-id'].map((name) => amqpProperty(name, '')),
      amqpHeader('same', 1),
      { name: 'same', wire: 'L', value: new Uint8Array(8).fill(9) },
      { name: 'void', wire: 'V', value: null },
    ];
    expect(named(headersOf(encodeProperties(headers).bytes))).toEqual(named(headers));
  });

  it('[R1] whatever the property bytes are, reading them does not throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => void headersOf(bytes)),
      { numRuns: 1000 },
    );
  });

  it('[R1] our encoding is what the library decodes', () => {
    const { bytes } = encodeProperties([amqpProperty('message-id', 'm-1'), amqpHeader('h', 'v')]);
    expect(amqpProtocol.decode(amqpProtocol.BasicProperties, Buffer.from(bytes))).toEqual(Buffer.from(bytes));
    expect(named(headersOf(bytes))).toEqual([
      ['message-id', 'property', Buffer.from('m-1').toString('hex')],
      ['h', 'S', Buffer.from('v').toString('hex')],
    ]);
  });

  it('[R1] a routing key that is not UTF-8 is sent as it is', () => {
    const frame = frameOfPublish(3, new RawPublish('orders', Uint8Array.of(0xff, 0x2e, 0x61), true));
    expect(frame.subarray(13).toString('hex')).toBe(`06${Buffer.from('orders').toString('hex')}03ff2e6101ce`);
    expect(frame.readUInt32BE(3)).toBe(frame.length - 8);
  });

  it('[R1] a delivery keeps its routing key as bytes', () => {
    const tag = Buffer.from('000000000000002a01', 'hex');
    const delivery = decodeDelivery(
      Buffer.concat([Buffer.from('\x01c', 'latin1'), tag, Buffer.from('\x06orders\x02', 'latin1'), Buffer.from([0xff, 0x61])]),
    );
    expect(delivery).toMatchObject({ consumerTag: 'c', deliveryTag: 42, redelivered: true, exchange: 'orders' });
    expect([...delivery.routingKey]).toEqual([0xff, 0x61]);
  });

  it('[R1] a property that does not fit is refused with its name, not sent wrongly', () => {
    expect(() => encodeProperties([amqpProperty('timestamp', 'yesterday')])).toThrow('timestamp');
    expect(() => encodeProperties([{ name: 'message-id', wire: 'property', value: text('x'.repeat(256)) }])).toThrow('message-id');
  });

  it('[R2] whoever else requires amqplib gets it untouched', () => {
    const theirs = createRequire(import.meta.url)('amqplib') as { connect: unknown };
    expect(theirs.connect).toBeTypeOf('function');
    const cached = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.endsWith('amqplib/lib/defs.js'));
    for (const file of cached) expect(createRequire(import.meta.url).cache[file]!.exports).not.toBe(amqpProtocol);
  });
});
