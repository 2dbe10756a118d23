import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c';
import { encodeBatch, NO_PRODUCER } from './encode-batch';
import { HeaderNames } from './header-names';
import { readRecordSet } from './record-set';

describe('one record as a batch', () => {
  it('[K17] is read back as it was given', () => {
    const headers = [
      { name: 'b', wire: 'kafka', value: Buffer.from('1') },
      { name: 'a', wire: 'kafka', value: null },
      { name: 'b', wire: 'kafka', value: Buffer.alloc(0) },
    ];
    const bytes = encodeBatch({ key: Buffer.from('k'), value: Buffer.alloc(70_000, 7), headers, timeMs: 1_700_000_000_123 }, NO_PRODUCER);
    const { records, gaps, nextOffset } = readRecordSet({
      channel: 't',
      partition: 0,
      bytes,
      fetchOffset: 0,
      aborted: [],
      maxBodyBytes: 100_000,
      observedAt: 0,
      names: new HeaderNames(),
    });
    expect(gaps).toEqual([]);
    expect(nextOffset).toBe(1);
    expect(records).toMatchObject([{ key: Buffer.from('k'), headers, bodySize: 70_000, publishedAt: 1_700_000_000_123_000 }]);
    expect(Buffer.alloc(70_000, 7).equals(records[0]?.body ?? Buffer.alloc(0))).toBe(true);
  });

  it('carries the checksum that the broker asks for', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    const bytes = encodeBatch({ key: null, value: null, headers: [], timeMs: 0 }, NO_PRODUCER);
    expect(bytes.readUInt32BE(17)).toBe(crc32c(bytes.subarray(21)));
    expect(bytes.readInt32BE(8)).toBe(bytes.length - 12);
  });
});
