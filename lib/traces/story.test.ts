import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';
import type { EventRow } from '@/lib/contract/traces';
import { assembleTrace } from './assemble-trace';
import { habitsOf, noHabits, type TypeForm } from './channel-habits';
import { consumptionOf, type InboxFacts } from './consumption';
import { describeFlow, idsToAsk, isSharedId, joinFlow } from './join-flow';
import { markEvents } from './mark-events';
import { namingRuleOf, namingStyleOf } from './naming-style';
import { anEventRow, start } from './trace-node.fixture';

const loose = (given: Partial<EventRow> & { id: string; after?: number }): EventRow => anEventRow({ traceId: null, ...given });
const order = (value: string) => [{ name: 'order', value }];
const idsOf = (events: readonly EventRow[]): readonly string[] => events.map(({ id }) => id).toSorted();

describe('joining what has no trace id', () => {
  const placed = loose({ id: 'a', messageId: 'm-1', businessKeys: order('o-42') });
  const paid = loose({ id: 'b', messageId: 'm-2', causationId: 'm-1', after: 1 });
  const asked = loose({ id: 'c', messageId: 'm-3', correlationId: 'm-2', after: 2 });
  const shipped = loose({ id: 'd', businessKeys: order('o-42'), after: 3 });
  const other = loose({ id: 'e', businessKeys: order('o-43') });

  it('[J2] by causation, a reply, a correlation or conversation id, a business key', () => {
    const joined = joinFlow([placed], [paid, asked, shipped, other]);
    expect(idsOf(joined.events)).toEqual(['a', 'b', 'c', 'd']);
    expect(joined.by.get('b')).toEqual({ rule: 'causation', says: 'message id m-1' });
    expect(joined.by.get('c')).toMatchObject({ rule: 'reply' });
    expect(joined.by.get('d')).toEqual({ rule: 'business-key', says: 'order o-42' });
    const talk = joinFlow([loose({ id: 'x', conversationId: 'talk' })], [loose({ id: 'y', conversationId: 'talk' })]);
    expect(talk.by.get('y')?.rule).toBe('conversation');
  });

  it('[J2] not by what many processes share, nor by a key that is only a small number', () => {
    const buyer = [{ name: 'customer', value: 'c-7' }];
    expect(joinFlow([loose({ id: 'a', businessKeys: buyer })], [loose({ id: 'b', businessKeys: buyer })]).events).toHaveLength(1);
    expect(joinFlow([loose({ id: 'a', key: '7' })], [loose({ id: 'b', key: '7' })]).events).toHaveLength(1);
  });

  it('[J2] a record whose body nobody could read belongs to the order that its key names', () => {
    expect(joinFlow([placed], [loose({ id: 'k', key: 'o-42' }), loose({ id: 'l', key: 'o-43' })]).events).toHaveLength(2);
  });

  it('[J1] [J3] any order of arrival joins the same, also through others', () => {
    const pool = [paid, asked, shipped, other, loose({ id: 'f', correlationId: 'm-3' }), loose({ id: 'g', causationId: 'nobody' })];
    fc.assert(
      fc.property(fc.shuffledSubarray(pool, { minLength: pool.length }), (shuffled) => {
        expect(idsOf(joinFlow([placed], shuffled).events)).toEqual(['a', 'b', 'c', 'd', 'f']);
      }),
    );
  });

  it('[J7] what stands where nothing was said joins nothing', () => {
    for (const nothing of ['0', 'null', 'undefined', 'None', 'default', '-', '00000000-0000-0000-0000-000000000000', 'n/a'])
      expect(
        joinFlow(
          [loose({ id: 'a', correlationId: nothing, businessKeys: order(nothing), key: nothing })],
          [loose({ id: 'b', correlationId: nothing, businessKeys: order(nothing), key: nothing }), loose({ id: 'c', key: nothing })],
        ).events,
      ).toHaveLength(1);
    expect(isSharedId('default', [placed])).toBe(true);
  });

  it('[J7] an id over hundreds of orders, or over very many events, joins nothing, and that is said', () => {
    const all = (count: number, orders: number) =>
      Array.from({ length: count }, (_, n) =>
        loose({ id: `e${n}`, correlationId: 'billing', businessKeys: orders === 0 ? [] : order(`o-${n % orders}`) }),
      );
    const joinedOf = (events: readonly EventRow[]) => joinFlow(events.slice(0, 1), events.slice(1));
    expect(joinedOf(all(900, 0)).events).toHaveLength(900);
    expect(joinedOf(all(300, 90)).events).toHaveLength(300);
    const [over, many] = [joinedOf(all(300, 150)), joinedOf(all(1_500, 0))];
    expect(idsOf(over.events)).toEqual(['e0', 'e150']);
    expect(many.events).toHaveLength(1);
    expect(describeFlow(over, 'o-0', [], null).joinedBy).toBe('order o-0 (not by correlation id billing: 300 events share it)');
    expect(describeFlow(many, null, ['t'], null)).toMatchObject({
      joinedBy: 'its trace id alone (not by correlation id billing: 1500 events share it)',
      evidence: 'seen',
    });
    expect(isSharedId('billing', all(300, 150))).toBe(true);
    expect(isSharedId('billing', all(300, 90))).toBe(false);
  });

  it('[J7] events of one customer have only the customer in common', () => {
    const of = (id: string, number: string) =>
      loose({ id, businessKeys: [{ name: 'customer', value: 'c-7' }, ...order(number)], correlationId: number });
    expect(isSharedId('c-7', [of('a', 'o-1'), of('b', 'o-2')])).toBe(true);
    expect(isSharedId('c-7', [of('a', 'o-1')])).toBe(false);
    expect(isSharedId('o-1', [of('a', 'o-1'), of('b', 'o-1')])).toBe(false);
  });

  it('[J4] says what to ask for, bounded', () => {
    const both = { events: [placed, paid], shared: [] };
    expect(idsToAsk(both, 10)).toEqual(['m-1', 'o-42', 'm-2']);
    expect(idsToAsk(both, 1)).toHaveLength(1);
    expect(idsToAsk({ ...both, shared: [{ value: 'o-42', says: 'order o-42', events: 2_000 }] }, 10)).toEqual(['m-1', 'm-2']);
  });

  it('[J6] says what joined it, and the trace that it names', () => {
    const joined = joinFlow([placed], [shipped]);
    expect(describeFlow(joined, 'o-42', [], null)).toEqual({
      joinedBy: 'order o-42',
      rule: 'business-key',
      evidence: 'inferred',
      traceIds: [],
      cappedAt: null,
    });
    expect(describeFlow(joined, null, ['trace-1'], null)).toMatchObject({ rule: 'bridged', traceIds: ['trace-1'] });
  });
});

describe('parents by origin and by key', () => {
  const shape = (events: readonly EventRow[]) =>
    assembleTrace('t', events).nodes.map(({ event, parent, joinedBy }) => `${event.id}<${parent} ${joinedBy}`);

  it('[T4] a dead letter hangs under the record that its headers name, message id or not', () => {
    const first = anEventRow({ id: 'a', system: 'kafka', broker: 'k', channel: 'orders', partition: 2, offset: 7 });
    const second = anEventRow({ id: 'b', system: 'kafka', broker: 'k', channel: 'orders', partition: 2, offset: 8, after: 1 });
    const letter = anEventRow({
      id: 'c',
      system: 'kafka',
      broker: 'k',
      channel: 'orders-dlt',
      partition: 0,
      offset: 0,
      after: 2,
      deadLetter: true,
      origin: { channel: 'orders', inbox: null, partition: 2, offset: 7, routingKey: null },
    });
    expect(shape([first, second, letter])).toContain('c<a dead-letter');
  });

  it('[T4] else an event follows the one before it of its business key, by another service if there is one', () => {
    const placed = anEventRow({ id: 'a', source: 'orders', businessKeys: order('o-1') });
    const logged = anEventRow({ id: 'b', source: 'orders', businessKeys: order('o-1'), after: 1 });
    const paid = anEventRow({ id: 'c', source: 'payment', businessKeys: order('o-1'), after: 2 });
    const again = anEventRow({ id: 'd', source: 'payment', businessKeys: order('o-1'), after: 3 });
    expect(shape([placed, logged, paid, again])).toEqual(['a<null root', 'b<a key', 'c<b key', 'd<b key']);
  });
});

const aForm = (given: Partial<TypeForm>): TypeForm => ({
  broker: 'shop-rabbit',
  channel: 'shop.events',
  type: 'OrderPlaced',
  version: null,
  schemaId: null,
  count: 1,
  ...given,
});

describe('marks', () => {
  const marksOf = (events: readonly EventRow[], habits = noHabits) =>
    markEvents(assembleTrace('t', events).nodes, habits).map(({ event, kind }) => `${event} ${kind}`);

  it('[M1] a message id twice is a duplicate; a retry, a dead letter and a replay are not', () => {
    const one = anEventRow({ id: 'a', messageId: 'm' });
    expect(marksOf([one, anEventRow({ id: 'b', messageId: 'm', after: 5 })])).toEqual(['b duplicate']);
    expect(marksOf([one, anEventRow({ id: 'b', messageId: 'm', attempt: 2, after: 5 })])).toEqual([]);
    expect(marksOf([one, anEventRow({ id: 'b', messageId: 'm', deadLetter: true, after: 5 })])).toEqual([]);
    expect(marksOf([one, anEventRow({ id: 'b', messageId: 'm', replayId: 'r', replayOf: 'a', after: 5 })])).toEqual([]);
    // Back from a queue that delays: no dead letter, and its x-death says where it was.
    expect(marksOf([one, anEventRow({ id: 'b', messageId: 'm', diedIn: 'wait', after: 5 })])).toEqual([]);
  });

  it('[M2] a lower version of the same stream that came late is out of order; a schema that stays the same is not', () => {
    const version = (id: string, number: string, after: number) =>
      anEventRow({ id, source: 'orders', version: number, businessKeys: order('o-1'), after });
    expect(marksOf([version('a', '1', 0), version('b', '3', 1), version('c', '2', 2)])).toEqual(['c out-of-order']);
    expect(marksOf([version('a', '1', 0), version('b', '2', 1), version('c', '1', 2), version('d', '1', 3)])).toEqual([]);
  });

  it('[M2] a message that came twice is one version of its stream', () => {
    const version = (id: string, number: string, after: number, messageId = id) =>
      anEventRow({ id, messageId, source: 'orders', version: number, businessKeys: order('o-1'), after });
    expect(marksOf([version('a', '1', 0), version('b', '3', 1), version('c', '2', 2), version('d', '3', 3, 'b')])).toEqual([
      'd duplicate',
      'c out-of-order',
    ]);
  });

  it('[M3] one type in two versions has drifted', () => {
    expect(
      marksOf([
        anEventRow({ id: 'a', type: 'OrderPlaced', version: '1.0' }),
        anEventRow({ id: 'b', type: 'OrderPlaced', version: '2.0', after: 1 }),
      ]),
    ).toEqual(['b version-drift']);
  });

  it('[M3] a type that comes with another schema of the registry has drifted', () => {
    const written = (id: string, schemaId: number | null, after: number, type = 'OrderPlaced') => anEventRow({ id, type, schemaId, after });
    expect(marksOf([written('a', 11, 0), written('b', null, 1), written('c', 12, 2), written('d', 13, 3, 'OrderPaid')])).toEqual([
      'c version-drift',
    ]);
  });

  it('[M3] a form that is rare on its channel has drifted, one of two that are both frequent has not', () => {
    const forms = [aForm({ version: '1.0', count: 90 }), aForm({ version: '2.0', count: 10 }), aForm({ type: 'OrderPaid', schemaId: 7 })];
    const placed = (version: string) => anEventRow({ id: 'a', type: 'OrderPlaced', version });
    const texts = (event: EventRow, given = forms) =>
      markEvents(assembleTrace('t', [event]).nodes, habitsOf(given)).flatMap(({ kind, text }) => (kind === 'version-drift' ? [text] : []));
    expect(texts(placed('2.0'))).toEqual(['OrderPlaced as version 2.0, on shop.events mostly as 1.0']);
    expect(texts(placed('1.0'))).toEqual([]);
    expect(texts({ ...placed('2.0'), channel: 'elsewhere' })).toEqual([]);
    expect(texts(placed('2.0'), [aForm({ version: '1.0', count: 60 }), aForm({ version: '2.0', count: 40 })])).toEqual([]);
    expect(texts(placed('7'))).toEqual([]);
    expect(texts(anEventRow({ id: 'a', type: 'OrderPaid', schemaId: 9 }))).toEqual([
      'OrderPaid with schema 9, on shop.events mostly with 7',
    ]);
    expect(texts(anEventRow({ id: 'a', type: 'OrderPaid', schemaId: 9, deadLetter: true }))).toEqual([]);
  });

  it('[M3] whole numbers are versions of a schema where the next event of the same order says the same again', () => {
    const said = (id: string, type: string, version: string, after: number, key = 'o-1') =>
      anEventRow({ id, type, version, source: 'orders', businessKeys: order(key), after });
    const old = [said('a', 'order.placed', '1', 0), said('b', 'order.paid', '1', 1)];
    expect(marksOf([...old, said('c', 'order.placed', '2', 2, 'o-2')])).toEqual(['c version-drift']);
    expect(marksOf([said('a', 'stock.changed', '1', 0), said('b', 'stock.changed', '2', 1)])).toEqual([]);
  });

  it('[M7] an event that names no cause among those that do is another beginning; where nobody names one, none is', () => {
    const chain = [
      anEventRow({ id: 'a', messageId: 'm1' }),
      anEventRow({ id: 'b', messageId: 'm2', causationId: 'm1', after: 1 }),
      anEventRow({ id: 'c', messageId: 'm3', after: 2 }),
    ];
    expect(marksOf(chain)).toEqual(['c another-root']);
    expect(marksOf(chain.map((event) => ({ ...event, causationId: null })))).toEqual([]);
  });

  it('[M4] a name that is written otherwise than those of its channel', () => {
    expect(
      marksOf(
        [anEventRow({ id: 'a', type: 'OrderPlaced' }), anEventRow({ id: 'b', type: 'order.paid', after: 1 })],
        habitsOf(['order.placed', 'order.paid', 'order.shipped', 'order.done', 'OrderPlaced'].map((type) => aForm({ type }))),
      ),
    ).toEqual(['a naming']);
    expect(namingRuleOf(['order.placed', 'order.paid', 'order.shipped', 'order.done', 'OrderLost'])).toBe('dotted');
    expect(namingRuleOf(['order.placed', 'OrderPaid', 'ORDER_DONE'])).toBeNull();
    expect(namingRuleOf(['order.placed', 'order.paid'])).toBeNull();
    expect(['com.acme.OrderPlaced', 'ORDER_PLACED', 'order_placed', 'order-placed', 'orderPlaced', '??'].map(namingStyleOf)).toEqual([
      'pascal',
      'upper-snake',
      'snake',
      'kebab',
      'camel',
      'mixed',
    ]);
  });

  it('[M5] [M6] skew, a cause that was not seen, a circle, a sender that did not sample', () => {
    const early = { ...anEventRow({ id: 'b', causationId: 'm1' }), publishedAt: start - 1_500 };
    expect(marksOf([anEventRow({ id: 'a', messageId: 'm1' }), early])).toEqual(['b clock-skew']);
    expect(marksOf([anEventRow({ id: 'a', causationId: 'gone' })])).toEqual(['a missing-parent']);
    expect(
      marksOf([
        anEventRow({ id: 'a', messageId: 'm1', causationId: 'm2' }),
        anEventRow({ id: 'b', messageId: 'm2', causationId: 'm1', after: 1 }),
      ]),
    ).toEqual(['a cycle']);
    expect(marksOf([anEventRow({ id: 'a', sampled: false }), anEventRow({ id: 'b', sampled: false, after: 1 })])).toEqual([
      'a not-sampled',
    ]);
  });
});

describe('who has consumed it', () => {
  const record = anEventRow({ id: 'a', system: 'kafka', broker: 'k', channel: 'orders', partition: 0, offset: 10 });
  const sample = (after: number, committed: number | null, members: number | null = 1): GroupPoint => ({
    broker: 'k',
    inbox: 'orders@billing',
    group: 'billing',
    topic: 'orders',
    at: record.observedAt + after * 1_000_000,
    protocol: 'classic',
    state: 'Stable',
    members,
    lag: null,
    stableLag: null,
    committed,
    end: null,
    lost: 0,
    partitions: [{ partition: 0, committed, logStart: 0, end: 100, lastStable: 100, lag: null }],
  });
  const queueSample = (after: number, ready: number, unacked = 0, consumers = 1): QueuePoint => ({
    broker: 'shop-rabbit',
    inbox: 'q',
    at: start + after * 1_000_000,
    ready,
    unacked,
    consumers,
    publishRate: null,
    deliverRate: null,
    ackRate: null,
    redeliverRate: null,
    by: 'management',
  });
  const facts = (
    groups: readonly GroupPoint[],
    queues: readonly QueuePoint[] = [],
    services: readonly string[] = ['payment'],
    more: Partial<InboxFacts> = {},
  ): InboxFacts => ({
    groupsOf: () => new Map([['orders@billing', groups]]),
    queueSamples: () => queues,
    isGone: () => false,
    isStream: () => false,
    ...more,
    servicesOf: (_, inbox) => (inbox === 'q' ? services : []),
  });
  const groupState = (groups: readonly GroupPoint[], more: Partial<InboxFacts> = {}) =>
    consumptionOf(assembleTrace('t', [record]).nodes, facts(groups, [], [], more))[0];

  it('[C1] Kafka: between the last sample at or before it and the first past it', () => {
    expect(groupState([sample(-5, 3), sample(1, 10), sample(4, 12)])).toMatchObject({
      state: 'consumed-between',
      from: record.observedAt + 1_000_000,
      to: record.observedAt + 4_000_000,
    });
    expect(groupState([sample(-5, 3), sample(4, 12)])).toMatchObject({ state: 'consumed-between', from: record.observedAt });
    expect(groupState([sample(4, 12)])).toMatchObject({ state: 'consumed-between', from: null });
  });

  it('[C2] Kafka: not yet, with how many wait before it; nobody reads', () => {
    expect(groupState([sample(1, 4), sample(2, 6)])).toMatchObject({ state: 'not-yet', behind: 4 });
    expect(groupState([sample(1, 6, 0)])).toMatchObject({ state: 'no-members', behind: 4 });
    expect(groupState([sample(1, null, 0)])).toMatchObject({ state: 'no-members' });
    expect(groupState([sample(1, null, 2)])).toMatchObject({ state: 'unknown' });
    expect(groupState([])).toMatchObject({ state: 'unknown' });
  });

  it('[C3] Kafka: a group that stood past it before it was there was reset, or it was skipped', () => {
    expect(groupState([sample(-2, 50), sample(2, 51)])).toMatchObject({ state: 'skipped-or-consumed' });
  });

  it('[C3] Kafka: so is one whose offset moved past it while nobody was in it: set by hand', () => {
    expect(groupState([sample(-2, 5, 0), sample(2, 50, 0)])).toMatchObject({
      state: 'skipped-or-consumed',
      why: expect.stringContaining('set by hand') as string,
    });
    expect(groupState([sample(-2, 5, 0), sample(2, 50, 1)])).toMatchObject({ state: 'consumed-between' });
  });

  it('[C3] Kafka: so is one that began after it, where others were sampled before; one that was reading has consumed it', () => {
    const others = (groups: readonly GroupPoint[]) => ({
      groupsOf: () => new Map([['orders@other', [sample(-2, 3)]] as const, ['orders@billing', groups] as const]),
    });
    const ofBilling = (groups: readonly GroupPoint[]) =>
      consumptionOf(assembleTrace('t', [record]).nodes, facts([], [], [], others(groups))).find(({ inbox }) => inbox === 'orders@billing');
    expect(ofBilling([sample(3, 11)])).toMatchObject({ state: 'skipped-or-consumed' });
    expect(ofBilling([sample(3, null), sample(5, 11)])).toMatchObject({ state: 'skipped-or-consumed' });
    expect(ofBilling([sample(-1, null), sample(3, 11)])).toMatchObject({ state: 'consumed-between' });
  });

  it('[C3] Kafka: a record that its topic no longer holds was not read by who stands before it', () => {
    const [point] = [sample(2, 4)];
    const partitions = point.partitions.map((one) => ({ ...one, logStart: 40 }));
    expect(groupState([{ ...point, partitions }])).toMatchObject({
      state: 'skipped-or-consumed',
      why: expect.stringContaining('deleted before it was read') as string,
    });
  });

  it('[C7] a group that is gone waits for nothing, and what it had consumed it has consumed', () => {
    const gone = { isGone: () => true };
    expect(groupState([sample(-5, 3, 0)], gone)).toMatchObject({
      state: 'unknown',
      why: 'group billing is no longer there; it had committed 3, this is offset 10',
    });
    expect(groupState([sample(-5, null, 0)], gone)).toMatchObject({
      state: 'unknown',
      why: expect.stringContaining('no longer') as string,
    });
    expect(groupState([sample(-5, 3), sample(1, 11)], gone)).toMatchObject({ state: 'consumed-between' });
  });

  const message = anEventRow({ id: 'm', messageId: 'm1', inboxes: [{ inbox: 'q', evidence: 'declared' }] });
  const queueState = (events: readonly EventRow[], queues: readonly QueuePoint[] = [], services?: readonly string[]) =>
    consumptionOf(assembleTrace('t', [message, ...events]).nodes, facts([], queues, services)).find(({ event }) => event === 'm');

  it('[C4] RabbitMQ: by the first event that its only reader caused, or its dead letter', () => {
    const effect = anEventRow({ id: 'n', causationId: 'm1', source: 'payment', type: 'Paid', after: 50 });
    expect(queueState([effect])).toMatchObject({
      state: 'consumed-between',
      to: effect.observedAt,
      why: 'payment published Paid because of it',
    });
    expect(queueState([{ ...effect, source: 'somebody' }])).toMatchObject({ state: 'unknown' });
    expect(queueState([anEventRow({ id: 'd', messageId: 'm1', deadLetter: true, after: 9 })])).toMatchObject({ state: 'dead-lettered' });
    expect(queueState([anEventRow({ id: 'd', messageId: 'm1', deadLetter: true, diedIn: 'elsewhere', after: 9 })])?.state).toBe('unknown');
    expect(queueState([anEventRow({ id: 'd', messageId: 'm1', deadLetter: true, diedIn: 'elsewhere', after: 9 })])).toMatchObject({
      state: 'unknown',
    });
  });

  it('[C4] RabbitMQ: or by its way on through a queue that delays', () => {
    const again = anEventRow({ id: 'w', messageId: 'm1', diedIn: 'q', failureCause: 'rejected', channel: 'retry', after: 40 });
    expect(queueState([again])).toMatchObject({
      state: 'consumed-between',
      to: again.observedAt,
      why: 'it left the queue (rejected) and was seen again on retry',
    });
  });

  it('[C5] RabbitMQ: a queue that was seen empty since holds it no more; else it is said what is not known', () => {
    expect(queueState([], [queueSample(-1, 0), queueSample(1, 3), queueSample(20, 0, 0)])).toMatchObject({
      state: 'consumed-between',
      to: start + 20_000_000,
    });
    expect(queueState([], [queueSample(1, 0, 1)])).toMatchObject({ state: 'unknown' });
    expect(queueState([], [queueSample(1, 3, 0, 0)])).toMatchObject({ state: 'no-members', behind: 3 });
    expect(queueState([])).toMatchObject({ state: 'unknown' });
  });

  it('[C5] RabbitMQ: an empty queue soon after says nothing, its depth is told late; an engine that counts itself is believed', () => {
    expect(queueState([], [queueSample(1, 0), queueSample(4, 0)])).toMatchObject({
      state: 'unknown',
      why: 'RabbitMQ tells the depth of a queue some seconds late: not known yet',
    });
    expect(queueState([], [queueSample(1, 0), queueSample(8, 2, 0, 0), queueSample(30, 2, 0, 0)])).toMatchObject({ state: 'no-members' });
    expect(queueState([], [{ ...queueSample(1, 0), by: 'engine' }])).toMatchObject({ state: 'consumed-between' });
    expect(queueState([], [queueSample(30, 0, 2)])).toMatchObject({ why: expect.stringContaining('2 are with consumers') as string });
  });

  it('[C5] RabbitMQ: a stream keeps what was read, so its depth tells nothing', () => {
    const nodes = assembleTrace('t', [message]).nodes;
    const samples = [queueSample(20, 0), queueSample(30, 3, 0, 0)];
    expect(consumptionOf(nodes, facts([], samples, [], { isStream: () => true }))[0]).toMatchObject({
      state: 'unknown',
      why: expect.stringContaining('a stream keeps') as string,
    });
  });
});
