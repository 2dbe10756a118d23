import { describe, expect, it } from 'vitest';
import { binaryFormatOf, messagePath, wireFormatOf } from './wire-format';

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

  it('[G61] a content type tells MessagePack, CBOR and Protobuf', () => {
    expect(['application/msgpack', 'application/x-msgpack; v=1', 'application/vnd.masstransit+msgpack'].map(binaryFormatOf)).toEqual(
      Array(3).fill('msgpack'),
    );
    expect(binaryFormatOf('application/CBOR')).toBe('cbor');
    expect(binaryFormatOf('application/x-protobuf')).toBe('protobuf');
    expect([null, 'application/json', ''].map(binaryFormatOf)).toEqual([null, null, null]);
  });
});
