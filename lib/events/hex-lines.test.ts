import { expect, it } from 'vitest';
import { bytesOfBase64, hexLines } from './hex-lines';

it('writes bytes with their place and what of them is readable', () => {
  expect(hexLines(new Uint8Array([0x7b, 0x22, 0xff, 0x00]))).toEqual(['0000  7b 22 ff 00                                      {"..']);
  expect(hexLines(new Uint8Array(40))).toHaveLength(3);
  expect(hexLines(new Uint8Array(40))[2]).toMatch(/^0020 {2}00/);
  expect(hexLines(new Uint8Array(10_000), 64)).toHaveLength(4);
  expect(hexLines(new Uint8Array())).toEqual([]);
});

it('reads base64, and nothing out of what is none', () => {
  expect([...bytesOfBase64('AP8=')]).toEqual([0, 255]);
  expect(bytesOfBase64('%%%')).toHaveLength(0);
});
