import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflateForRecognition } from './inflate';

describe('inflateForRecognition', () => {
  it('[G5] unpacks what stays within 256 kB', () => {
    const text = (bytes: Uint8Array | null) => (bytes === null ? null : new TextDecoder().decode(bytes));
    expect(text(inflateForRecognition(gzipSync('{"a":1}'), 'gzip'))).toBe('{"a":1}');
    expect(text(inflateForRecognition(deflateSync('{"a":1}'), 'deflate'))).toBe('{"a":1}');
    expect(text(inflateForRecognition(brotliCompressSync('{"a":1}'), 'br'))).toBe('{"a":1}');
    expect(inflateForRecognition(gzipSync(Buffer.alloc(1_000_000)), 'gzip')).toBeNull();
    expect(inflateForRecognition(new Uint8Array([0x1f, 0x8b, 0]), 'gzip')).toBeNull();
  });
});
