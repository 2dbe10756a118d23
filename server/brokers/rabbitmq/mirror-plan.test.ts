import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRouter } from '@/lib/topology/route';
import { type MirrorRequest, planMirror } from './mirror-plan';
import type { RabbitBinding, RabbitExchange, RabbitQueue, RabbitTopology } from './rabbit-topology';

const exchange = (name: string, type: string, more: Partial<RabbitExchange> = {}): RabbitExchange => ({
  name,
  type,
  rule: ['direct', 'topic', 'fanout', 'headers'].includes(type) ? (type as RabbitExchange['rule']) : 'opaque',
  durable: true,
  autoDelete: false,
  internal: false,
  alternate: null,
  ...more,
});
const queue = (name: string, more: Partial<RabbitQueue> = {}): RabbitQueue => ({
  name,
  type: 'classic',
  state: 'running',
  durable: true,
  autoDelete: false,
  exclusive: false,
  expires: false,
  messageTtlMs: null,
  deliveryLimit: null,
  deadLetterTo: null,
  ...more,
});
const toQueue = (source: string, destination: string, routingKey = '', args = {}): RabbitBinding => ({
  source,
  destination,
  toQueue: true,
  routingKey,
  arguments: args,
});
const toExchange = (source: string, destination: string, routingKey = ''): RabbitBinding => ({
  source,
  destination,
  toQueue: false,
  routingKey,
  arguments: {},
});
const topology = (
  exchanges: readonly RabbitExchange[],
  queues: readonly RabbitQueue[],
  bindings: readonly RabbitBinding[],
): RabbitTopology => ({
  exchanges,
  queues,
  bindings,
  policiesMissing: null,
});
const everything: MirrorRequest = { include: ['*'], exclude: [], includeAutoDelete: [], bindAll: [] };
const sources = (plan: ReturnType<typeof planMirror>): string[] => plan.bindings.map(({ source, routingKey }) => `${source} ${routingKey}`);

describe('the mirror', () => {
  it('[R30] copies keys and arguments of what real queues have, once, and nothing of ours', () => {
    const plan = planMirror(
      topology(
        [exchange('orders', 'topic'), exchange('files', 'headers')],
        [queue('a'), queue('b'), queue('eventyard.tap.x')],
        [
          toQueue('orders', 'a', 'order.*'),
          toQueue('orders', 'b', 'order.*'),
          toQueue('files', 'a', '', { kind: 'pdf' }),
          toQueue('orders', 'eventyard.tap.x', '#'),
          toQueue('', 'a', 'a'),
        ],
      ),
      everything,
    );
    expect(plan.bindings).toEqual([
      { source: 'orders', routingKey: 'order.*', arguments: {} },
      { source: 'files', routingKey: '', arguments: { kind: 'pdf' } },
    ]);
    expect(plan.channels).toEqual(['files', 'orders']);
  });

  it('[R31] exchanges that choose, replay or are unknown are never bound, and named', () => {
    const types = ['x-consistent-hash', 'x-random', 'x-recent-history', 'x-modulus-hash', 'x-of-somebody'];
    const plan = planMirror(
      topology(
        types.map((type) => exchange(type, type)),
        [queue('a')],
        types.map((type) => toQueue(type, 'a', '1')),
      ),
      everything,
    );
    expect(plan.bindings).toEqual([]);
    expect(plan.notes.map(({ kind, subject }) => [kind, subject])).toEqual(types.map((type) => ['not-readable', type]));
  });

  it('[R31] before an exchange that chooses, the binding to it is copied where it always finds a queue', () => {
    const before = exchange('in', 'topic');
    const hash = exchange('hash', 'x-consistent-hash');
    const path = toExchange('in', 'hash', 'order.#');
    expect(sources(planMirror(topology([before, hash], [queue('a')], [path, toQueue('hash', 'a', '1')]), everything))).toEqual([
      'in order.#',
    ]);
    expect(sources(planMirror(topology([before, hash], [queue('a')], [path]), everything))).toEqual([]);
    const unknown = exchange('hash', 'x-of-somebody');
    expect(sources(planMirror(topology([before, unknown], [queue('a')], [path, toQueue('hash', 'a', '1')]), everything))).toEqual([]);
  });

  it('[R32] auto-delete exchanges, exclusive and auto-delete queues only by choice', () => {
    const world = topology(
      [exchange('brief', 'topic', { autoDelete: true }), exchange('orders', 'topic')],
      [queue('a'), queue('reply', { exclusive: true }), queue('session', { autoDelete: true })],
      [toQueue('brief', 'a', 'b'), toQueue('orders', 'reply', 'r'), toQueue('orders', 'session', 's')],
    );
    const plan = planMirror(world, everything);
    expect(plan.bindings).toEqual([]);
    expect(plan.channels).toEqual([]);
    expect(plan.notes.filter(({ kind }) => kind === 'not-readable').map(({ subject }) => subject)).toEqual(['brief', 'orders', 'orders']);
    expect(sources(planMirror(world, { ...everything, includeAutoDelete: ['brief', 'sess*'] })).toSorted()).toEqual([
      'brief b',
      'orders s',
    ]);
  });

  it('[R33] an excluded exchange is bound only where an included one leads to it', () => {
    const world = topology(
      [exchange('in', 'topic'), exchange('mid', 'topic'), exchange('other', 'topic')],
      [queue('a')],
      [toExchange('in', 'mid', 'x'), toQueue('mid', 'a', 'y'), toQueue('other', 'a', 'z')],
    );
    const plan = planMirror(world, { ...everything, include: ['in'] });
    expect(sources(plan)).toEqual(['mid y']);
    expect(plan.channels).toEqual(['in']);
  });

  it('[R34] everything of an exchange only by choice, with a warning', () => {
    const world = topology([exchange('t', 'topic'), exchange('f', 'fanout'), exchange('d', 'direct'), exchange('h', 'headers')], [], []);
    const plan = planMirror(world, { ...everything, bindAll: ['?'] });
    expect(plan.bindings.map(({ source, routingKey, arguments: args }) => [source, routingKey, args])).toEqual([
      ['f', '', {}],
      ['h', '', { 'x-match': 'all' }],
      ['t', '#', {}],
    ]);
    expect(plan.notes.filter(({ kind }) => kind === 'effect')).toHaveLength(4);
    expect(planMirror(world, everything).bindings).toEqual([]);
  });

  it('[R35] internal exchanges are read only by their exact name', () => {
    const world = topology(
      [exchange('amq.rabbitmq.trace', 'topic', { internal: true })],
      [queue('a')],
      [toQueue('amq.rabbitmq.trace', 'a', '#')],
    );
    expect(planMirror(world, everything).bindings).toEqual([]);
    expect(sources(planMirror(world, { ...everything, include: ['amq.rabbitmq.trace'] }))).toEqual(['amq.rabbitmq.trace #']);
  });

  it('[R36] in any topology: our queue gets every message some queue gets, and none that nobody gets', () => {
    const names = ['e0', 'e1', 'e2', 'e3'];
    const keys = ['a', 'b', 'a.b', '*', '#', 'a.*'];
    const anExchange = (name: string) =>
      fc
        .record({ type: fc.constantFrom('topic', 'direct', 'fanout'), alternate: fc.option(fc.constantFrom(...names), { nil: null }) })
        .map(({ type, alternate }) => exchange(name, type, { alternate: alternate === name ? null : alternate }));
    const world = fc.record({
      exchanges: fc.tuple(...names.map(anExchange)),
      bindings: fc.array(
        fc.oneof(
          fc.record({
            source: fc.constantFrom(...names),
            destination: fc.constantFrom('q0', 'q1'),
            key: fc.constantFrom(...keys),
            toQueue: fc.constant(true),
          }),
          fc.record({
            source: fc.constantFrom(...names),
            destination: fc.constantFrom(...names),
            key: fc.constantFrom(...keys),
            toQueue: fc.constant(false),
          }),
        ),
        { maxLength: 10 },
      ),
    });
    fc.assert(
      fc.property(world, ({ exchanges, bindings }) => {
        const real = bindings.map(({ source, destination, key, toQueue: isQueue }) =>
          isQueue ? toQueue(source, destination, key) : toExchange(source, destination, key),
        );
        const plan = planMirror(topology(exchanges, [queue('q0'), queue('q1')], real), everything);
        const asBindings = (list: readonly RabbitBinding[]) =>
          list.map((one) => ({
            from: one.source,
            to: { kind: one.toQueue ? ('queue' as const) : ('exchange' as const), name: one.destination },
            routingKey: one.routingKey,
            arguments: {},
          }));
        const without = createRouter(exchanges, asBindings(real));
        const ours = plan.bindings.map(({ source, routingKey }) => toQueue(source, 'eventyard.tap.t', routingKey));
        const withUs = createRouter(exchanges, asBindings([...real, ...ours]));
        for (const name of names) {
          for (const routingKey of ['a', 'b', 'a.b', 'c']) {
            const message = { exchange: name, routingKey, headers: () => ({}) };
            const [before, after] = [without.queuesOf(message), withUs.queuesOf(message)];
            expect(after.filter((one) => one !== 'eventyard.tap.t')).toEqual(before);
            expect(after.includes('eventyard.tap.t')).toBe(before.length > 0);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
