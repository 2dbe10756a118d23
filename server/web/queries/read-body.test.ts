import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBody } from '@/lib/events/decode-body';
import { noBodies } from '../web.fixture';
import { readBody } from './read-body';

const shown = async (body: Uint8Array, contentEncoding: string | null, bodySize = body.length) =>
  decodeBody(
    (
      await readBody(noBodies(), {
        broker: 'kafka',
        channel: 'orders',
        partition: 0,
        body,
        bodySize,
        contentType: 'application/json',
        contentEncoding,
        headers: [],
        schemaId: null,
      })
    ).source,
  );

describe('readBody', () => {
  it.each([
    ['gzip', gzipSync('{"a":1}')],
    ['deflate', deflateSync('{"a":1}')],
    ['br', brotliCompressSync('{"a":1}')],
    ['json', gzipSync('{"a":1}')],
  ])('[G43] unpacks %s, keeps the raw bytes beside, and calls nothing cut', async (encoding, packed) => {
    expect(await shown(packed, encoding)).toMatchObject({
      kind: 'json',
      text: '{\n  "a": 1\n}',
      size: packed.length,
      storedSize: packed.length,
      bytes: packed.toString('base64'),
      problem: null,
    });
  });

  it('[G43] what grows beyond 4 MB, is broken or was cut stays packed, and says so', async () => {
    expect(await shown(gzipSync(Buffer.alloc(20_000_000)), 'gzip')).toMatchObject({
      kind: 'binary',
      problem: expect.stringContaining('within 4 MB'),
    });
    expect((await shown(gzipSync('{"a":1}').subarray(0, 12), 'gzip', 99)).problem).toContain('it was cut');
  });
});
