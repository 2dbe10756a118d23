import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RoutingBinding, type RoutingExchange, createRouter, headersMatch, topicMatches, topicWords, withCarbonCopies } from './route';

const exchange = (name: string, rule: RoutingExchange['rule'], alternate: string | null = null): RoutingExchange => ({
  name,
  rule,
  alternate,
});
const toQueue = (from: string, queue: string, routingKey = '', args: Record<string, unknown> = {}): RoutingBinding => ({
  from,
  to: { kind: 'queue', name: queue },
  routingKey,
  arguments: args,
});
const toExchange = (from: string, to: string, routingKey = ''): RoutingBinding => ({
  from,
  to: { kind: 'exchange', name: to },
  routingKey,
  arguments: {},
});
const message = (name: string, routingKey = '', headers: Record<string, unknown> = {}) => ({
  exchange: name,
  routingKey,
  headers: () => headers,
});

const topic = (pattern: string, key: string): boolean => topicMatches(topicWords(pattern), topicWords(key));

describe('topic patterns', () => {
  it.each([
    ['order.*', 'order.created', true],
    ['order.*', 'order', false],
    ['order.*', 'order.created.eu', false],
    ['order.#', 'order', true],
    ['order.#', 'order.created.eu', true],
    ['#', '', true],
    ['#', 'a.b.c', true],
    ['*', '', false],
    ['*.*', 'a', false],
    ['#.eu', 'order.created.eu', true],
    ['#.eu', 'eu', true],
    ['a.#.b.#.c', 'a.b.b.c', true],
    ['a.#.b.#.c', 'a.c', false],
    ['#.#', 'a', true],
    ['*.#.*', 'a', false],
    ['a..b', 'a..b', true],
    ['', '', true],
    ['', 'a', false],
  ])('[R20] %s takes %s: %s', (pattern, key, taken) => {
    expect(topic(pattern, key)).toBe(taken);
  });

  it('[R20] agrees with the definition, word by word', () => {
    const defined = (pattern: readonly string[], words: readonly string[]): boolean => {
      const [part, ...rest] = pattern;
      if (part === undefined) return words.length === 0;
      if (part === '#') return defined(rest, words) || (words.length > 0 && defined(pattern, words.slice(1)));
      return words.length > 0 && (part === '*' || part === words[0]) && defined(rest, words.slice(1));
    };
    const word = fc.constantFrom('a', 'b', '');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(word, fc.constantFrom('*', '#')), { minLength: 1, maxLength: 6 }),
        fc.array(word, { maxLength: 6 }),
        (pattern, words) => {
          expect(topicMatches(pattern, words)).toBe(defined(pattern, words));
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('headers bindings', () => {
  it.each([
    [{ 'x-match': 'all', kind: 'pdf', pages: 3 }, { kind: 'pdf', pages: 3, more: true }, true],
    [{ 'x-match': 'all', kind: 'pdf', pages: 3 }, { kind: 'pdf' }, false],
    [{ 'x-match': 'any', kind: 'pdf', pages: 3 }, { pages: 3 }, true],
    [{ 'x-match': 'any', kind: 'pdf' }, { kind: 'txt' }, false],
    [{ kind: 'pdf' }, { kind: 'pdf' }, true],
    [{ kind: null }, { kind: 'whatever' }, true],
    [{ kind: null }, {}, false],
    [{ 'x-match': 'all' }, { a: 1 }, true],
    [{ 'x-match': 'any' }, { a: 1 }, false],
    [{ 'x-match': 'all', 'x-tenant': 'eu' }, {}, true],
    [{ 'x-match': 'all-with-x', 'x-tenant': 'eu' }, {}, false],
    [{ 'x-match': 'any-with-x', 'x-tenant': 'eu' }, { 'x-tenant': 'eu' }, true],
    [{ toString: 'x' }, {}, false],
  ])('[R21] %j on %j: %s', (args, headers, taken) => {
    expect(headersMatch(args, headers)).toBe(taken);
  });
});

describe('routes', () => {
  it('[R22] direct, fanout and topic give each queue once', () => {
    const router = createRouter(
      [exchange('d', 'direct'), exchange('f', 'fanout'), exchange('t', 'topic')],
      [
        toQueue('d', 'q1', 'k'),
        toQueue('d', 'q2', 'other'),
        toQueue('f', 'q2'),
        toQueue('f', 'q1', 'ignored'),
        toQueue('t', 'q1', 'a.*'),
        toQueue('t', 'q1', '#'),
      ],
    );
    expect(router.queuesOf(message('d', 'k'))).toEqual(['q1']);
    expect(router.queuesOf(message('f', 'k'))).toEqual(['q1', 'q2']);
    expect(router.queuesOf(message('t', 'a.b'))).toEqual(['q1']);
    expect(router.queuesOf(message('gone', 'k'))).toEqual([]);
  });

  it('[R23] exchange-to-exchange paths, also in a ring, end', () => {
    const router = createRouter(
      [exchange('in', 'topic'), exchange('mid', 'fanout'), exchange('back', 'fanout')],
      [
        toExchange('in', 'mid', 'order.#'),
        toExchange('mid', 'back'),
        toExchange('back', 'mid'),
        toQueue('back', 'audit'),
        toQueue('mid', 'orders'),
      ],
    );
    expect(router.queuesOf(message('in', 'order.created'))).toEqual(['audit', 'orders']);
    expect(router.queuesOf(message('in', 'user.created'))).toEqual([]);
  });

  it('[R24] the alternate exchange takes only what no binding took', () => {
    const router = createRouter(
      [exchange('in', 'direct', 'lost'), exchange('lost', 'fanout'), exchange('empty', 'fanout')],
      [toQueue('in', 'orders', 'known'), toExchange('in', 'empty', 'to-nobody'), toQueue('lost', 'unrouted')],
    );
    expect(router.queuesOf(message('in', 'known'))).toEqual(['orders']);
    expect(router.queuesOf(message('in', 'unknown'))).toEqual(['unrouted']);
    expect(router.queuesOf(message('in', 'to-nobody'))).toEqual([]);
  });

  it('[R22] headers decide anew for each message, also behind another exchange', () => {
    const router = createRouter(
      [exchange('in', 'fanout'), exchange('h', 'headers')],
      [toExchange('in', 'h'), toQueue('h', 'pdf', '', { kind: 'pdf' }), toQueue('h', 'txt', '', { kind: 'txt' })],
    );
    expect(router.queuesOf(message('in', 'k', { kind: 'pdf' }))).toEqual(['pdf']);
    expect(router.queuesOf(message('in', 'k', { kind: 'txt' }))).toEqual(['txt']);
  });

  it('[R25] behind an exchange that chooses, only the single choice is claimed', () => {
    const chooses = createRouter([exchange('hash', 'opaque')], [toQueue('hash', 'q1', '1'), toQueue('hash', 'q2', '1')]);
    const single = createRouter([exchange('hash', 'opaque')], [toQueue('hash', 'q1', '1')]);
    expect(chooses.queuesOf(message('hash', 'k'))).toEqual([]);
    expect(single.queuesOf(message('hash', 'k'))).toEqual(['q1']);
  });

  it('[R22] carbon copies are further keys', () => {
    const router = createRouter([exchange('d', 'direct')], [toQueue('d', 'q1', 'a'), toQueue('d', 'q2', 'b')]);
    expect(withCarbonCopies(router, message('d', 'a'), ['b'])).toEqual(['q1', 'q2']);
  });

  it('[R22] a remembered answer is the computed answer', () => {
    const exchanges = [exchange('d', 'direct'), exchange('t', 'topic', 'd')];
    const bindings = [toQueue('d', 'q1', 'a'), toQueue('t', 'q2', 'a.#'), toExchange('t', 'd', '*')];
    const router = createRouter(exchanges, bindings);
    fc.assert(
      fc.property(fc.constantFrom('d', 't'), fc.constantFrom('a', 'b', 'a.b', ''), (name, key) => {
        expect(router.queuesOf(message(name, key))).toEqual(createRouter(exchanges, bindings).queuesOf(message(name, key)));
      }),
    );
  });
});
