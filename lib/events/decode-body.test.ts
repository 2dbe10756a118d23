import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amqpHeader } from './amqp-values';
import { decodeBody, prettyJson, viewHeaders } from './decode-body';
import { utf8 } from './event.fixture';

const view = (body: string | Uint8Array | null, contentType: string | null = null, bodySize?: number) => {
  const bytes = typeof body === 'string' ? utf8(body) : body;
  return decodeBody({ body: bytes, bodySize: bodySize ?? bytes?.length ?? 0, contentType });
};

describe('decodeBody', () => {
  it('[G40] lays JSON out without changing a digit or losing a field of the same name', () => {
    expect(view('{"a":1.0,"n":9223372036854775807,"a":{"b":[ ],"c":[1,"x,{"]}}')).toMatchObject({
      kind: 'json',
      text: '{\n  "a": 1.0,\n  "n": 9223372036854775807,\n  "a": {\n    "b": [],\n    "c": [\n      1,\n      "x,{"\n    ]\n  }\n}',
      problem: null,
    });
  });

  it('[G40] lays out any JSON so that it means the same', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(JSON.parse(prettyJson(text)?.text ?? '')).toEqual(JSON.parse(text));
      }),
    );
  });

  it('[G41] shows what it is and says why it is not what it said', () => {
    expect(view('hello')).toMatchObject({ kind: 'text', text: 'hello', problem: null });
    expect(view('{broken', 'application/json')).toMatchObject({
      kind: 'text',
      text: '{broken',
      problem: 'It says JSON and does not parse.',
    });
    expect(view(new Uint8Array([0xff, 0xfe, 1]), 'application/json')).toMatchObject({
      kind: 'binary',
      text: null,
      bytes: '//4B',
      problem: 'It says application/json and is not UTF-8.',
    });
    expect(view(null)).toMatchObject({ kind: 'none', text: null, size: 0 });
    expect(view('')).toMatchObject({ kind: 'text', text: '', size: 0 });
  });

  it('[G41] says that it was cut, also within a character', () => {
    const cut = decodeBody({ body: utf8('{"a":"ä').subarray(0, 7), bodySize: 500, contentType: 'application/json' });
    expect(cut).toMatchObject({ kind: 'text', text: '{"a":"', size: 500, storedSize: 7, problem: 'Cut: 7 of 500 bytes were kept.' });
  });

  it('[G41] survives 5,000 levels and sends at most 64 kB of raw bytes', () => {
    expect(view('['.repeat(5000) + ']'.repeat(5000))).toMatchObject({
      kind: 'json',
      problem: 'Nested deeper than 200: shown as it was sent.',
    });
    expect(view('x'.repeat(1_000_000)).bytes.length).toBe(Math.ceil(65_536 / 3) * 4);
  });
});

describe('viewHeaders', () => {
  it('[G42] keeps order and duplicates, unfolds tables, shows bytes as hex', () => {
    expect(
      viewHeaders([
        amqpHeader('a', 'x'),
        amqpHeader('a', { deep: [1, true] }),
        { name: 'b', wire: 'kafka', value: new Uint8Array([0, 255]) },
        { name: 'n', wire: 'kafka', value: null },
      ]),
    ).toEqual([
      { name: 'a', wire: 'S', text: 'x', size: 1, isText: true },
      expect.objectContaining({ name: 'a', wire: 'F', text: '{"deep":[1,true]}', isText: true }),
      { name: 'b', wire: 'kafka', text: '00 ff', size: 2, isText: false },
      { name: 'n', wire: 'kafka', text: '', size: 0, isText: true },
    ]);
  });
});
