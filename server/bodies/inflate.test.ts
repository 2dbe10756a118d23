import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBody } from '@/lib/events/decode-body';
import { inflateForRecognition, unpackBody } from './inflate';

const shown = (body: Uint8Array, contentEncoding: string | null) =>
  decodeBody(unpackBody({ body, bodySize: body.length, contentType: 'application/json', contentEncoding }));

describe('unpackBody', () => {
  it.each([
    ['gzip', gzipSync('{"a":1}')],
    ['deflate', deflateSync('{"a":1}')],
    ['br', brotliCompressSync('{"a":1}')],
    ['json', gzipSync('{"a":1}')],
  ])('[G43] unpacks %s and keeps the raw bytes beside', (encoding, packed) => {
    expect(shown(packed, encoding)).toMatchObject({
      kind: 'json',
      text: '{\n  "a": 1\n}',
      storedSize: packed.length,
      bytes: packed.toString('base64'),
      problem: null,
    });
  });

  it('[G43] a bomb or a broken body stays packed, and it says so', () => {
    expect(shown(gzipSync(Buffer.alloc(20_000_000)), 'gzip')).toMatchObject({
      kind: 'binary',
      problem: expect.stringContaining('cannot be unpacked within 8 MB'),
    });
    expect(shown(gzipSync('{"a":1}').subarray(0, 12), 'gzip').problem).toContain('cannot be unpacked');
    expect(inflateForRecognition(gzipSync(Buffer.alloc(1_000_000)), 'gzip')).toBeNull();
  });
});
