import { describe, expect, it } from 'vitest';
import { binaryFormatOf, messagePath, protobufStart, wireFormatOf } from './wire-format';

describe('wire format', () => {
  it('[G60] reads a schema’s id of 4 bytes, or of 8, and what can’t be one is none', () => {
    expect(wireFormatOf(Uint8Array.of(0, 0, 0, 1, 2, 9))).toEqual({ schemaId: 258, from: 5 });
    expect(wireFormatOf(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 2, 9), 8)).toEqual({ schemaId: 258, from: 9 });
    for (const bytes of [[], [0], [0, 0, 0, 1], [1, 0, 0, 1, 2, 9], [0, 0, 0, 0, 0, 9]])
      expect(wireFormatOf(Uint8Array.from(bytes))).toBeNull();
    expect(wireFormatOf(new Uint8Array(12).fill(255, 1), 8)).toBeNull();
  });

  it('[G60] reads which message of a Protobuf schema it is', () => {
    expect(messagePath(Uint8Array.of(0, 8))).toEqual({ path: [0], from: 1 });
    expect(messagePath(Uint8Array.of(2, 2, 8))).toEqual({ path: [1], from: 2 });
    expect(messagePath(Uint8Array.of(4, 2, 0, 8))).toEqual({ path: [1, 0], from: 3 });
    for (const bytes of [[], [1], [2], [0x80], [0xff, 0xff, 0xff, 0xff, 1], [200, 1]])
      expect(messagePath(Uint8Array.from(bytes))).toBeNull();
  });

  it('[G70] tells Confluent’s path, Apicurio’s Ref, both and neither apart', () => {
    const knows = (name: string): boolean => name === 'Shipment';
    const ref = [10, 10, 8, ...new TextEncoder().encode('Shipment')];
    const start = (bytes: readonly number[], named: string | null = null) => protobufStart(Uint8Array.from(bytes), named, knows);
    const payload = [10, 1, 99];
    // Before an id in the record: nothing else says it.
    expect(start([2, 2, ...payload])).toEqual({ message: [1], from: 2 });
    expect(start([0, ...payload])).toEqual({ message: [0], from: 1 });
    expect(start([...ref, ...payload])).toEqual({ message: 'Shipment', from: 11 });
    expect(start([...ref, 2, 2, ...payload])).toEqual({ message: 'Shipment', from: 13 });
    expect(start(ref)).toEqual({ message: 'Shipment', from: 11 });
    // A name that the schema does not have is none; then it is no path either.
    expect(start([10, 10, 8, ...new TextEncoder().encode('Somebody'), ...payload])?.message).not.toBe('Somebody');
    // With ids in headers a header says it: bare, with a Ref, with a path.
    expect(start(payload, 'Shipment')).toEqual({ message: 'Shipment', from: 0 });
    expect(start([], 'Shipment')).toEqual({ message: 'Shipment', from: 0 });
    expect(start([...ref, ...payload], 'Shipment')).toEqual({ message: 'Shipment', from: 11 });
    expect(start([2, 2, ...payload], 'Shipment')).toEqual({ message: 'Shipment', from: 2 });
    // A field that looks like somebody else's Ref is a field.
    expect(start([...ref, ...payload], 'Parcel')).toEqual({ message: 'Parcel', from: 0 });
    expect(start([])).toBeNull();
  });

  it('[G61] a content type tells MessagePack, CBOR and Protobuf', () => {
    expect(['application/msgpack', 'application/x-msgpack; v=1', 'application/vnd.masstransit+msgpack'].map(binaryFormatOf)).toEqual(
      Array(3).fill('msgpack'),
    );
    expect(binaryFormatOf('application/CBOR')).toBe('cbor');
    expect(binaryFormatOf('application/x-protobuf')).toBe('protobuf');
    expect([null, 'application/json', ''].map(binaryFormatOf)).toEqual([null, null, null]);
  });
});
