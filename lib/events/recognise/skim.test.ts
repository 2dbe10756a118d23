import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRules } from './compile-rules';
import { aRecord } from './raw-record.fixture';
import { recognise } from './recognise';
import { Skim } from './skim';

const own = [
  { name: 'deep', take: { sagaId: { path: 'data.saga.id' }, replyTo: { path: 'list.0.to' } }, keys: { first: { path: 'data.0' } } },
  { name: 'flat', when: { all: [{ path: 'metadata.kind', is: 'k' }] }, take: { conversationId: { path: 'metadata.text' } } },
];
const quick = compileRules({ own });
const whole = compileRules({ own, latin1: null });
const utf8 = new TextEncoder();

const sameFor = (body: Uint8Array): void => {
  const record = aRecord([], body);
  expect(recognise(record, { system: 'kafka', rules: quick })).toEqual(recognise(record, { system: 'kafka', rules: whole }));
};

/** Names that recognition asks for, names like them, and odd ones. */
const NAMES = [
  'id',
  'type',
  'source',
  'data',
  'payload',
  'metadata',
  'orderId',
  'order_id',
  'customerID',
  'Id',
  'd',
  'version',
  'timestamp',
  'correlationId',
  'causationId',
  'traceId',
  'saga',
  'list',
  'kind',
  'text',
  'schema',
  'specversion',
  '7',
  '__proto__',
  'constructor',
  'größeId',
  'a"b',
  '',
];
const name = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: fc.string({ maxLength: 80 }) });
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ maxLength: 12 }),
    fc.constantFrom('k', 'o-1', 'ü', 'tab\t', 'x'.repeat(130), 'y'.repeat(1100), '12345678901234567890', 'urn:message:Shop:Placed'),
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(-0, 1e300, 2 ** 60)),
    fc.constantFrom(true, false, null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(name, tie('value'), { maxKeys: 10 }),
})).object;

describe('a body that is only skimmed', () => {
  it('[G67] means what the same body means when it is parsed', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1, '\t'), (value, space) => sameFor(utf8.encode(JSON.stringify(value, null, space)))),
      {
        numRuns: 1_000,
      },
    );
  });

  it('[G67] whatever bytes are changed, cut or put in between, both ways agree', () => {
    const change = fc.record({ at: fc.nat(), remove: fc.nat(3), put: fc.uint8Array({ maxLength: 3 }) });
    const text = fc.constantFrom(...'{}[]",:\\u019-+.eEtfn \n'.split('')).map((letter) => utf8.encode(letter));
    fc.assert(
      fc.property(
        json,
        fc.array(fc.oneof(change, fc.record({ at: fc.nat(), remove: fc.nat(1), put: text })), { maxLength: 3 }),
        (value, changes) => {
          let bytes = utf8.encode(JSON.stringify(value));
          for (const { at, remove, put } of changes) {
            const place = at % (bytes.length + 1);
            bytes = Uint8Array.from([...bytes.subarray(0, place), ...put, ...bytes.subarray(place + remove)]);
          }
          sameFor(bytes);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it.each(['\0{}', '\v{"id":1}', '\ufeff{}', ' \r\n\t{"id":"1"} \n', '{}\0', '{\0}'])(
    '[G67] what stands around an object, %j, is read alike',
    (text) => sameFor(utf8.encode(text)),
  );

  it('[G67] a body that JSON.parse refuses is never taken for an object', () => {
    const skim = new Skim();
    const bad = [
      '{',
      '{}x',
      '{"a":01}',
      '{"a":1.}',
      '{"a":.5}',
      '{"a":+1}',
      '{"a":1e}',
      '{"a":"\u0001"}',
      '{"a":"\\x"}',
      '{"a":"\\u12g4"}',
    ];
    bad.push(
      '{"a":tru}',
      '{"a":[1,]}',
      '{"a":1,}',
      '{,}',
      '{"a" 1}',
      '{a:1}',
      '{"a":{"b":}}',
      '{"a":[{]}',
      '{"a":[1}',
      "{'a':1}",
      '{"a":nul',
      '{"a":"b',
    );
    for (const text of bad) {
      expect(() => JSON.parse(text)).toThrow();
      expect(skim.scan(utf8.encode(text), 0), text).toBe(false);
    }
  });

  it('[G67] more names, members and levels than it keeps are left to the parser', () => {
    const skim = new Skim();
    const members = (count: number, from = 0) =>
      utf8.encode(JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${from + i}`, i]))));
    expect(skim.scan(members(600), 0)).toBe(false);
    for (let from = 0; from < 10_000; from += 100) skim.scan(members(100, from), 0);
    expect(skim.scan(members(3), 0)).toBe(true);
    expect(skim.names.slice(0, skim.count)).toEqual(['m0', 'm1', 'm2']);
    expect(skim.scan(utf8.encode(`{"a":${'['.repeat(100)}${']'.repeat(100)}}`), 0)).toBe(false);
    expect(skim.scan(utf8.encode('{"a":1,"b":{"a":1},"a":2}'), 0)).toBe(false);
    expect(skim.scan(utf8.encode('{"a":1,"b":{"a":1}}'), 0)).toBe(true);
  });
});
