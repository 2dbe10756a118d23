import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf, writeParts } from './dotted-name';
import { complete, type KnownNames } from './complete';
import { parseQuery } from './parse-query';
import { fieldNamed, FIELDS, STATUSES, termsOf, type SearchNode } from './query';
import { addTerm, chosenOf, hasTerm, toggleTerm, withoutField } from './facets';
import { pastedWord, pastedWords, term, writeQuery } from './write-query';

const read = (line: string): SearchNode | null => {
  const parsed = parseQuery(line);
  if (!parsed.ok) throw new Error(`${line}: ${parsed.problem.text}`);
  return parsed.query;
};
const problemOf = (line: string) => {
  const parsed = parseQuery(line);
  return parsed.ok ? null : `${line.slice(parsed.problem.at, parsed.problem.at + parsed.problem.length)} | ${parsed.problem.text}`;
};

describe('the line of search', () => {
  it('[Q3] an empty line asks for everything', () => {
    expect(read('')).toBeNull();
    expect(read('   ')).toBeNull();
  });

  it('[Q5] NOT binds tightest, then AND or a space, then OR; brackets as always', () => {
    expect(writeQuery(read('service=a type=b OR NOT channel=c AND key=d'))).toBe('service=a AND type=b OR NOT channel=c AND key=d');
    expect(read('a=1 b.x=2'.replace('a=', 'key='))).toMatchObject({ kind: 'and', parts: [{ field: 'key' }, { field: 'b', name: 'x' }] });
    expect(read('type=a (type=b OR type=c)')).toMatchObject({ kind: 'and', parts: [{}, { kind: 'or' }] });
    expect(read('-type=a')).toMatchObject({ kind: 'not', part: { field: 'type', value: 'a' } });
    expect(read('NOT has(type=Shipped)')).toMatchObject({ kind: 'not', part: { kind: 'has', part: { value: 'Shipped' } } });
  });

  it('[Q6] headers, body paths and business keys carry a name; values may hold what ids hold', () => {
    expect(read('h.x-tenant-id=acme')).toMatchObject({ field: 'h', name: 'x-tenant-id', value: 'acme' });
    expect(read('b.order.id=42')).toMatchObject({ field: 'b', name: 'order.id', value: '42' });
    expect(read('key.order=o-17')).toMatchObject({ field: 'key', name: 'order', value: 'o-17' });
    expect(read('b.url=http://a.b/c?d=e')).toMatchObject({ value: 'http://a.b/c?d=e' });
    expect(read('type:OrderPlaced')).toMatchObject({ field: 'type', op: '=', value: 'OrderPlaced' });
    expect(read('topic=orders')).toMatchObject({ field: 'channel' });
    expect(read('type="two words"')).toMatchObject({ value: 'two words', wild: false });
    expect(read('type=Order*')).toMatchObject({ wild: true });
    expect(read('type="Order*"')).toMatchObject({ wild: false });
  });

  it('[Q6] a name that a word cannot hold stands in quotes behind the dot', () => {
    expect(read('h."x y"=1')).toMatchObject({ field: 'h', name: 'x y', value: '1' });
    expect(read('h."cloudEvents:id"=1')).toMatchObject({ name: 'cloudEvents:id' });
    expect(read('h."say \\"hi\\" \\\\"=1')).toMatchObject({ name: 'say "hi" \\' });
    expect(read('b.tags."order.id".0=1')).toMatchObject({ name: 'tags."order.id".0' });
    expect(read('b."plain".x=1')).toMatchObject({ name: 'plain.x' });
    expect(read('key."order no":7')).toMatchObject({ field: 'key', name: 'order no', value: '7' });
    expect(read('foo."bar baz"')).toMatchObject({ kind: 'and' });
    expect(problemOf('h."x=1')).toBe('"x=1 | this quote is not closed');
    expect(problemOf('foo."x"=1')).toMatch(/^foo\."x" \| no field is called foo/);
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }), (parts) => {
        expect(partsOf(writeParts(parts))).toEqual(parts);
      }),
    );
  });

  it('[Q7] numbers and durations are compared, durations in their units', () => {
    expect(read('duration>2s')).toMatchObject({ number: 2_000_000 });
    expect(read('duration<=250ms')).toMatchObject({ op: '<=', number: 250_000 });
    expect(read('events>10')).toMatchObject({ number: 10 });
    expect(read('b.total>99.5')).toMatchObject({ number: 99.5 });
  });

  it('[Q2] what is wrong is said with its place', () => {
    expect(problemOf('service=')).toBe('= | a value is missing after =');
    expect(problemOf('(type=a')).toBe('( | this bracket is not closed');
    expect(problemOf('type=a)')).toBe(') | this bracket closes nothing');
    expect(problemOf('type="a')).toBe('"a | this quote is not closed');
    expect(problemOf('servce=a')).toBe('servce | no field is called servce; perhaps service');
    expect(problemOf('status=late')).toBe('late | status is one of ok, failed, retried, dead-lettered, unconsumed');
    expect(problemOf('type=a OR')).toBe(' | something is missing here'.slice(0));
    expect(problemOf('AND type=a')).toBe('AND | a condition is missing before AND');
    expect(problemOf('duration>2')).toBe('2 | not a duration: 250ms, 2s, 5m, 1h');
    expect(problemOf('type>a')).toBe('> | type takes =, != or ~');
    expect(problemOf('h=a')).toBe('h | h needs a name: a header: h.tenant=acme');
    expect(problemOf('()')).toBe(') | nothing stands in these brackets');
    expect(problemOf('x'.repeat(2_001))).toMatch(/at most 2000 characters/);
    expect(problemOf(Array.from({ length: 41 }, (_, i) => `k${i}`).join(' '))).toMatch(/at most 40 conditions/);
    expect(problemOf(`${'('.repeat(200)}a${')'.repeat(200)}`)).toMatch(/too deep/);
  });

  it('[Q1] any text at all is either understood or refused with a place inside it', () => {
    const pieces = fc.array(
      fc.constantFrom(
        'service',
        'h.a',
        '=',
        '!=',
        '"',
        '(',
        ')',
        'AND',
        'OR',
        'NOT',
        '-',
        ' ',
        'x',
        '*',
        ':',
        'has(',
        '\\',
        '~',
        '>',
        '12',
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((list) => list.join('')),
        ),
        (line) => {
          const parsed = parseQuery(line);
          if (!parsed.ok) expect(parsed.problem.at).toBeLessThanOrEqual(line.length);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  const words = fc.oneof(
    fc.constantFrom('order-42', 'a b', 'AND', 'x"y', 'a\\b', '-x', 'a=b', '*', 'service=x', "it's"),
    fc.string({ minLength: 1, maxLength: 12 }),
  );
  const aTerm: fc.Arbitrary<SearchNode> = fc.oneof(
    words.map((value) => term('text', value)),
    fc
      .tuple(fc.constantFrom('service', 'type', 'channel', 'trace', 'saga'), fc.constantFrom('=', '!=', '~'), words)
      .map(([field, op, value]) => term(field as 'type', value, { op: op as '=' })),
    fc.tuple(fc.constantFrom('h', 'b', 'key'), words).map(([field, value]) => term(field as 'h', value, { name: 'order.id' })),
    fc.tuple(fc.constantFrom('h', 'key'), words, words).map(([field, name, value]) => term(field as 'h', value, { name })),
    fc.tuple(fc.array(words, { minLength: 1, maxLength: 3 }), words).map(([parts, value]) => term('b', value, { name: writeParts(parts) })),
    fc.constantFrom(...STATUSES).map((status) => term('status', status)),
  );
  const { node } = fc.letrec<{ node: SearchNode }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      aTerm,
      fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((parts): SearchNode => ({ kind: 'and', parts })),
      fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((parts): SearchNode => ({ kind: 'or', parts })),
      tie('node').map((part): SearchNode => ({ kind: 'not', part })),
      tie('node').map((part): SearchNode => ({ kind: 'has', part })),
    ),
  }));

  it('[Q4] a written query, read again, is the same query', () => {
    fc.assert(
      fc.property(node, (query) => {
        const line = writeQuery(query);
        const again = parseQuery(line);
        if (again.ok) expect(writeQuery(again.query)).toBe(line);
        else expect(termsOf(query).length).toBeGreaterThan(40);
        if (again.ok && again.query) expect(termsOf(again.query)).toEqual(termsOf(query));
      }),
      { numRuns: 1_000 },
    );
  });

  it('[Q8] a facet is a condition of the line: values of one field are alternatives, fields narrow', () => {
    const one = toggleTerm('', term('service', 'payment'));
    expect(one).toBe('service=payment');
    const two = toggleTerm(one, term('service', 'shipping'));
    expect(two).toBe('service=payment OR service=shipping');
    const three = toggleTerm(two, term('status', 'dead-lettered'));
    expect(three).toBe('(service=payment OR service=shipping) AND status=dead-lettered');
    expect(hasTerm(three, term('service', 'shipping'))).toBe(true);
    expect(toggleTerm(toggleTerm(three, term('service', 'payment')), term('service', 'shipping'))).toBe('status=dead-lettered');
    expect(toggleTerm('type=(', term('service', 'a'))).toBe('type=(');
    expect(chosenOf(three, 'service')).toEqual(['payment', 'shipping']);
    expect(writeQuery(withoutField(read(three), 'service'))).toBe('status=dead-lettered');
    expect(withoutField(read('service=a'), 'service')).toBeNull();
  });

  it('[Q10] one word alone may be an id that was pasted, whatever is in it', () => {
    expect(pastedWord(' o-42 ')).toBe('o-42');
    expect(pastedWord('order:42')).toBe('order:42');
    expect(pastedWord('"o 42"')).toBe('o 42');
    expect(pastedWord('service=payment')).toBeNull();
    expect(pastedWord('a b')).toBeNull();
    expect(pastedWord('servce=web')).toBeNull();
    expect(pastedWord('QUJDRA==')).toBe('QUJDRA==');
    expect(pastedWord('')).toBeNull();
    expect(pastedWord('saga(7)')).toBe('saga(7)');
  });

  it('[Q2] [Q10] a line without a blank that is not finished is no id', () => {
    for (const line of ['((type=a)', 'has()', 'has(', 'AND', 'NOT', '=a', '"abc', "'abc"]) expect(pastedWord(line), line).toBeNull();
  });

  it('[Q10] plain words may be an id with blanks in it', () => {
    expect(pastedWords(' KEY 42  of it ')).toBe('KEY 42  of it');
    for (const line of ['one', 'a AND b', 'a OR b', '(a b)', 'a "b"', 'a type=b', 'a b*', '-a b'])
      expect(pastedWords(line), line).toBeNull();
  });

  const known: KnownNames = {
    services: ['payment', 'shipping'],
    channels: ['order events'],
    inboxes: [],
    types: ['OrderPlaced'],
    brokers: ['main'],
  };
  it('[Q9] completion offers fields, then values that were seen, and what is taken is understood', () => {
    expect(complete('ser', 3, known).map((one) => one.title)).toEqual(['service']);
    expect(complete('service=shi', 11, known)).toMatchObject([{ text: 'shipping ', from: 8, to: 11 }]);
    expect(complete('type=x (channel=ord', 19, known)).toMatchObject([{ text: '"order events" ' }]);
    expect(complete('status=', 7, known).map((one) => one.title)).toEqual([...STATUSES]);
    for (const field of FIELDS)
      for (const offer of complete(`${field.name}=`, field.name.length + 1, known))
        expect(problemOf(`${field.name}=${offer.text}`)).toBeNull();
  });

  it('[Q11] every name of a field is its own', () => {
    const names = FIELDS.flatMap((field) => [field.name, ...field.aliases]);
    expect(new Set(names).size).toBe(names.length);
    expect(fieldNamed('QUEUE')?.name).toBe('inbox');
  });
});

describe('a condition that is added', () => {
  it('[Q30] narrows the line, whatever stands in it, and changes none that is not understood', () => {
    expect(addTerm('', term('key', 'o-1', { name: 'order' }))).toBe('key.order=o-1');
    expect(addTerm('type=a OR type=b', term('duration', '2s', { op: '>' }))).toBe('(type=a OR type=b) AND duration>2s');
    expect(addTerm('type=a', term('h', 'two words', { name: 'tenant' }))).toBe('type=a AND h.tenant="two words"');
    expect(addTerm('type=(', term('type', 'a'))).toBe('type=(');
  });
});
