import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRow } from '@/lib/contract/traces';
import { assembleTrace } from './assemble-trace';
import { linkEvents } from './link-events';
import { anEventRow, start } from './trace-node.fixture';

const placed = anEventRow({ id: 'a', messageId: 'm1', type: 'OrderPlaced', source: 'orders', spanId: 's1' });
const paid = anEventRow({ id: 'b', messageId: 'm2', causationId: 'm1', type: 'PaymentTaken', source: 'payment', spanId: 's2', after: 10 });
const shipped = anEventRow({ id: 'c', messageId: 'm3', parentSpanId: 's2', type: 'Shipped', source: 'shipping', spanId: 's3', after: 20 });
const letter = anEventRow({ id: 'd', messageId: 'm3', type: 'Shipped', deadLetter: true, channel: 'shop.dlx', after: 30 });
const replay = anEventRow({ id: 'e', messageId: 'm3', type: 'Shipped', replayId: 'r1', replayOf: 'd', after: 40 });
const whole = [placed, paid, shipped, letter, replay];

const shape = (events: readonly EventRow[]) =>
  assembleTrace('trace-1', events).nodes.map(
    ({ event, parent, joinedBy, depth, orphan }) => `${event.id}<${parent} ${joinedBy} ${depth}${orphan ? ' orphan' : ''}`,
  );

describe('the tree of one trace', () => {
  it('[T4] a causation id that is the correlation id of an earlier event names that event (MassTransit), where no message id does', () => {
    const submitted = anEventRow({ id: 'a', messageId: 'm1', correlationId: 'order-1' });
    const accepted = anEventRow({ id: 'b', messageId: 'm2', correlationId: 'c-2', causationId: 'order-1', after: 1 });
    const links = linkEvents([submitted, accepted]);
    expect(links.get('b')).toMatchObject({ parent: { id: 'a' }, joinedBy: 'causation', orphan: false });
    // A conversation that names itself, and what comes before what it names, have no cause by this.
    expect(linkEvents([submitted, { ...accepted, causationId: 'c-2' }]).get('b')).toMatchObject({ parent: null, orphan: true });
    expect(linkEvents([accepted, { ...submitted, observedAt: accepted.observedAt + 1 }]).get('b')).toMatchObject({ parent: null });
  });

  it('[T4] joins by causation, span, dead letter and replay', () => {
    expect(shape(whole)).toEqual(['a<null root 0', 'b<a causation 1', 'c<b span 2', 'd<c dead-letter 3', 'e<d replay 4']);
  });

  it('[T4] joins a reply to its request by the correlation id', () => {
    const reply = anEventRow({ id: 'r', messageId: 'm9', correlationId: 'm1', after: 5 });
    expect(shape([placed, reply])).toEqual(['a<null root 0', 'r<a reply 1']);
  });

  it('[T4] joins a reply to its request where both carry one correlation id and it went where the request said', () => {
    const request = anEventRow({ id: 'q', correlationId: 'c-1', replyTo: 'rabbitmq://host/shop/answers?temporary=true', after: 1 });
    const other = anEventRow({ id: 'o', correlationId: 'c-1', channel: 'audit', after: 2 });
    const reply = anEventRow({ id: 'r', correlationId: 'c-1', channel: 'answers', after: 3 });
    expect(shape([placed, request, other, reply])).toEqual(['a<null root 0', 'q<a time 1', 'r<q reply 2', 'o<a time 1']);
    const routed = { ...reply, channel: '', routingKey: 'answers' };
    expect(shape([request, routed])).toEqual(['q<null root 0', 'r<q reply 1']);
  });

  it('[T4] thousands of events that share their ids and all wait for an answer are gone through once', { timeout: 30_000 }, () => {
    const many = Array.from({ length: 10_000 }, (_, n) =>
      anEventRow({ id: `e${n}`, correlationId: 'c-1', replyTo: 'nowhere', after: n, deadLetter: n % 2 === 1 }),
    );
    expect(assembleTrace('trace-1', many).nodes).toHaveLength(10_000);
  });

  it('[T4] a dead letter without ids hangs under the event of its exchange, key, type and order', () => {
    const about = (value: string) => [{ name: 'order', value }];
    const one = anEventRow({ id: 'x', type: 'Paid', routingKey: 'paid', businessKeys: about('o-1'), after: 1 });
    const two = anEventRow({ id: 'y', type: 'Paid', routingKey: 'paid', businessKeys: about('o-2'), after: 2 });
    const origin = { channel: 'shop.events', inbox: 'billing', partition: null, offset: null, routingKey: 'paid' };
    const dead = anEventRow({ id: 'z', type: 'Paid', channel: 'shop.dlx', deadLetter: true, origin, businessKeys: about('o-1'), after: 3 });
    expect(shape([one, two, dead])).toContain('z<x dead-letter 1');
    const bare = { ...dead, businessKeys: [] };
    expect(shape([one, two, bare]).at(-1)).toBe('z<x time 1 orphan');
    expect(shape([one, bare])).toEqual(['x<null root 0', 'z<x dead-letter 1']);
  });

  it('[T4] hangs what only shares the trace id under the root, by time', () => {
    expect(shape([placed, anEventRow({ id: 'x', after: 5 })])).toEqual(['a<null root 0', 'x<a time 1']);
  });

  it('[T4] takes an effect of a replay to the replay, not to the first try', () => {
    const after = anEventRow({ id: 'f', messageId: 'm4', causationId: 'm3', after: 50 });
    expect(shape([...whole, after]).at(-1)).toBe('f<e causation 5');
  });

  it('[T4] a copy on a retry channel follows the copy before it', () => {
    const retry = anEventRow({ id: 'b2', messageId: 'm2', attempt: 2, channel: 'payment.retry', after: 15 });
    expect(shape([placed, paid, retry])).toEqual(['a<null root 0', 'b<a causation 1', 'b2<b retry 2']);
  });

  it('[T2] an event whose cause was not seen hangs under the root and is marked', () => {
    expect(shape([placed, anEventRow({ id: 'x', causationId: 'never-seen', after: 1 })])).toEqual(['a<null root 0', 'x<a time 1 orphan']);
    expect(shape([anEventRow({ id: 'x', causationId: 'never-seen' }), { ...placed, observedAt: start + 9e6 }])).toEqual([
      'a<null root 0',
      'x<a time 1 orphan',
    ]);
    expect(shape([anEventRow({ id: 'x', causationId: 'never-seen' })])).toEqual(['x<null root 0 orphan']);
  });

  it('[T3] the same event twice counts once', () => {
    expect(shape([...whole, ...whole])).toEqual(shape(whole));
    expect(assembleTrace('trace-1', [letter, letter]).errors).toBe(1);
  });

  it('[T5] a circle of causes is cut at its first event', () => {
    const a = anEventRow({ id: 'a', messageId: 'm1', causationId: 'm2' });
    const b = anEventRow({ id: 'b', messageId: 'm2', causationId: 'm1', after: 1 });
    expect(shape([b, a])).toEqual(['a<null root 0 orphan', 'b<a causation 1']);
    const self = anEventRow({ id: 's', messageId: 'm1', causationId: 'm1', spanId: 'p', parentSpanId: 'p' });
    expect(shape([self])[0]).toMatch(/^s<null root 0/);
  });

  it('[T6] marks by how much a clock is behind its cause, but not for whole-second stamps', () => {
    const early = { ...paid, publishedAt: start - 1_500 };
    expect(assembleTrace('t', [placed, early]).nodes[1]?.skewMicros).toBe(1_500);
    const coarse = { ...paid, publishedAt: Math.floor(start / 1e6) * 1e6 };
    expect(assembleTrace('t', [placed, coarse]).nodes[1]?.skewMicros).toBeNull();
  });

  it('[T7] an empty trace is empty, and a chain of 10,000 causes is no deeper than memory', () => {
    expect(assembleTrace('t', []).nodes).toEqual([]);
    const chain = Array.from({ length: 10_000 }, (_, index) =>
      anEventRow({ id: `n${index}`, messageId: `m${index}`, causationId: index ? `m${index - 1}` : null, after: index }),
    );
    expect(assembleTrace('t', chain).nodes.at(-1)).toMatchObject({ depth: 9_999, parent: 'n9998' });
  });

  const id = fc.constantFrom('1', '2', '3', '4', '5', '6', null);
  const wild: fc.Arbitrary<EventRow[]> = fc
    .array(
      fc.record({
        messageId: id,
        causationId: id,
        spanId: id,
        parentSpanId: id,
        correlationId: id,
        replyTo: fc.constantFrom('shop.events', 'elsewhere', null),
        deadLetter: fc.boolean(),
        after: fc.integer({ min: 0, max: 3 }),
        replayOf: fc.constantFrom('e0', 'e1', null),
        // A clock that is up to 3 s wrong, coarse or not said.
        skewMs: fc.option(fc.integer({ min: -3_000, max: 3_000 })),
        businessKeys: fc.constantFrom([], [{ name: 'order', value: 'o-1' }], [{ name: 'order', value: 'o-2' }]),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((events) =>
      events.map(({ skewMs, ...event }, index) =>
        anEventRow({ ...event, id: `e${index}`, publishedAt: skewMs === null ? null : start + (event.after + skewMs) * 1000 }),
      ),
    );

  it('[T1] what is tried has circles, several roots, missing causes and clocks that run behind', () => {
    const trees = fc.sample(wild, { numRuns: 500, seed: 7 }).map((events) => ({ events, nodes: assembleTrace('t', events).nodes }));
    const circle = ({ messageId, causationId }: EventRow, others: readonly EventRow[]) =>
      others.some((other) => other.messageId !== null && other.messageId === causationId && other.causationId === messageId);
    const without = ({ causationId }: EventRow, events: readonly EventRow[]) =>
      causationId !== null && !events.some(({ messageId }) => messageId === causationId);
    expect(trees.some(({ events }) => events.some((event) => event.causationId !== null && circle(event, events)))).toBe(true);
    expect(trees.some(({ events }) => events.filter(({ causationId, parentSpanId }) => !causationId && !parentSpanId).length > 1)).toBe(
      true,
    );
    expect(trees.some(({ events }) => events.some((event) => without(event, events)))).toBe(true);
    expect(trees.some(({ nodes }) => nodes.some(({ skewMicros }) => skewMicros !== null))).toBe(true);
    expect(trees.some(({ nodes }) => nodes.some(({ orphan }) => orphan))).toBe(true);
  });

  it('[T1] any order of arrival gives the same tree, with every event once and no parent below its child', () => {
    fc.assert(
      fc.property(
        wild.chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))),
        ([events, shuffled]) => {
          const one = assembleTrace('t', events);
          expect(assembleTrace('t', shuffled)).toEqual(one);
          expect(one.nodes.map((node) => node.event.id).toSorted()).toEqual(events.map((event) => event.id).toSorted());
          const seen = new Set<string>();
          for (const node of one.nodes) {
            if (node.parent !== null) expect(seen.has(node.parent)).toBe(true);
            seen.add(node.event.id);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
