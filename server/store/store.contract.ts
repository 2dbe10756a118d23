import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aDeadLetter, aFailure, aHeader, anEvent, noOrigin, utf8 } from '@/lib/events/event.fixture';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { BrokerPicture } from '@/lib/topology/broker-picture';
import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';
import type { SagaInstance } from '@/lib/sagas/saga';
import { term } from '@/lib/search/write-query';
import type { Store, StoredBatch, TimeRange } from './store';

/** One store under test, and a second door into the same data: another process of the product. */
export interface StoreUnderTest {
  readonly store: Store;
  readonly other: Store;
  close(): Promise<void>;
}

let names = 0;
/** A tap of this run only: the suite also runs against a server that keeps what earlier runs stored. */
export const freshName = (prefix: string): string => `${prefix}-${process.pid}-${Date.now().toString(36)}-${++names}`;

/** An hour before this run began, µs, but never so that an hour of fixtures crosses midnight (UTC). */
const QUIET_TIME = ((now: number): number => {
  const midnight = Math.floor(now / 86_400_000) * 86_400_000;
  const at = now - midnight > 2 * 3_600_000 ? now - 3_600_000 : midnight - 2 * 3_600_000;
  return Math.floor(at / 1000) * 1_000_000;
})(Date.now());
export const quietTime = (): number => QUIET_TIME;

export const around = (at: number): TimeRange => ({ from: at - 600_000_000, to: at + 600_000_000 });

export const aBatch = (tap: string, number: number, events: readonly ObservedEvent[], given: Partial<StoredBatch> = {}): StoredBatch => ({
  tap,
  broker: tap,
  epoch: 1,
  number,
  events,
  gaps: [],
  offsets: new Map(),
  ...given,
});

/** `count` events of a tap, a millisecond apart, with offsets that go on over batches. */
export const someEvents = (
  tap: string,
  number: number,
  count: number,
  given: (index: number) => Partial<ObservedEvent> = () => ({}),
  at = quietTime(),
): readonly ObservedEvent[] =>
  Array.from({ length: count }, (_, index) =>
    anEvent({
      broker: tap,
      tap,
      batch: number,
      index,
      offset: number * 100_000 + index,
      observedAt: at + index * 1_000,
      messageId: `${tap}-m-${number}-${index}`,
      ...given(index),
    }),
  );

/** The promises of `store.ts`, against any store. `open` is called once; each test uses taps of its own. */
export function describeStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, { timeout: 300_000 }, () => {
    let under: StoreUnderTest;
    let store: Store;
    beforeAll(async () => {
      under = await open();
      store = under.store;
    }, 300_000);
    afterAll(() => under?.close());

    const publishedBy = async (tap: string, at = quietTime()): Promise<number> =>
      (await store.edges(around(at)))
        .filter((edge) => edge.broker === tap && edge.kind === 'publish')
        .reduce((sum, edge) => sum + edge.count, 0);
    const storedOf = async (tap: string, at = quietTime()): Promise<number> =>
      (await store.recentEvents({ range: around(at), limit: 10_000, broker: tap })).rows.length;

    describe('batches', () => {
      it('[S1] a batch is stored with all of its events, and the tap stands behind it', async () => {
        const tap = freshName('whole');
        await store.append(aBatch(tap, 1, someEvents(tap, 1, 500)));
        expect(await storedOf(tap)).toBe(500);
        expect(await store.tapPosition(tap)).toMatchObject({ batch: 1, batchSize: 500 });
      });

      it('[S1] a batch of two days is refused whole', async () => {
        const tap = freshName('midnight');
        const midnight = Math.floor(quietTime() / 86_400_000_000) * 86_400_000_000;
        const events = [
          anEvent({ broker: tap, tap, observedAt: midnight - 1 }),
          anEvent({ broker: tap, tap, index: 1, observedAt: midnight }),
        ];
        await expect(store.append(aBatch(tap, 1, events))).rejects.toMatchObject({ code: 'store-refused', retryable: false });
        expect(await store.tapPosition(tap)).toMatchObject({ batch: 0 });
      });

      it('[S2] a batch appended again changes nothing: not the events, not one rollup', async () => {
        const tap = freshName('twice');
        const trace = freshName('trace');
        const batch = aBatch(tap, 1, [
          ...someEvents(tap, 1, 20, () => ({ traceId: trace })),
          aDeadLetter({ broker: tap, tap, index: 20, offset: 999, observedAt: quietTime(), traceId: trace }),
        ]);
        await store.append(batch);
        const before = {
          edges: (await store.edges(around(quietTime()))).filter((edge) => edge.broker === tap),
          traces: await traceOf(store, trace),
          groups: await groupsOf(store, tap),
        };
        await store.append(batch);
        await under.other.append(batch);
        await store.tapPosition(tap);
        await store.append(batch);
        expect(await storedOf(tap)).toBe(21);
        expect({
          edges: (await store.edges(around(quietTime()))).filter((edge) => edge.broker === tap),
          traces: await traceOf(store, trace),
          groups: await groupsOf(store, tap),
        }).toEqual(before);
      });

      it('[S2] reading a position repairs the newest batch without counting it again', async () => {
        const tap = freshName('repair');
        await store.append(
          aBatch(
            tap,
            1,
            someEvents(tap, 1, 30, () => ({ traceId: `${tap}-t` })),
          ),
        );
        await under.other.tapPosition(tap);
        await store.tapPosition(tap);
        expect(await publishedBy(tap)).toBe(30);
        expect((await traceOf(store, `${tap}-t`))?.events).toBe(30);
      });

      it('[S4] edges, volume, series, trace index and dead letters equal counts over the events', async () => {
        const tap = freshName('count');
        const kinds = ['OrderPlaced', 'OrderPaid', 'OrderShipped'];
        const all: ObservedEvent[] = [];
        for (let number = 1; number <= 4; number++) {
          const events = someEvents(
            tap,
            number,
            100,
            (i) => ({
              type: kinds[i % 3]!,
              channel: `channel-${i % 2}`,
              source: i % 5 === 0 ? null : `service-${i % 2}`,
              traceId: `${tap}-${i % 7}`,
              inboxes:
                i % 2 === 0
                  ? [
                      { inbox: 'q1', evidence: 'declared' },
                      { inbox: 'q2', evidence: 'seen' },
                    ]
                  : [],
              ...(i % 10 === 0 && { deadLetter: true, failure: aFailure({ lastOrigin: { ...noOrigin, inbox: 'q1' } }) }),
            }),
            quietTime() + number * 3_000_000,
          );
          all.push(...events);
          await store.append(aBatch(tap, number, events));
        }
        const edges = (await store.edges(around(quietTime()))).filter((edge) => edge.broker === tap);
        const counted = (kind: string): number => edges.filter((edge) => edge.kind === kind).reduce((sum, edge) => sum + edge.count, 0);
        expect(counted('publish')).toBe(all.filter((event) => !event.deadLetter).length);
        expect(counted('dead-letter')).toBe(all.filter((event) => event.deadLetter).length);
        expect(counted('route')).toBe(all.reduce((sum, event) => sum + event.inboxes.length, 0));
        expect(edges.find((edge) => edge.kind === 'publish' && edge.channel === 'channel-1' && edge.source === 'service-1')?.count).toBe(
          all.filter((event) => !event.deadLetter && event.channel === 'channel-1' && event.source === 'service-1').length,
        );
        const volume = await store.volume(around(quietTime()), 60, tap);
        expect(volume.reduce((sum, step) => sum + step.events, 0)).toBe(400);
        expect(volume.reduce((sum, step) => sum + step.errors, 0)).toBe(40);
        const series = await store.edgeSeries({ broker: tap, kind: 'dead-letter', inbox: 'q1' }, around(quietTime()), 10);
        expect(series.points).toHaveLength(10);
        expect(Math.round(series.points.reduce((sum, point) => sum + (point.value ?? 0), 0) * 120)).toBe(40);
        expect((await traceOf(store, `${tap}-3`))?.events).toBe(all.filter((event) => event.traceId === `${tap}-3`).length);
        expect((await groupsOf(store, tap)).reduce((sum, group) => sum + group.count, 0)).toBe(40);
        const types = await store.typesOf({ broker: tap }, around(quietTime()));
        expect(types.map((row) => [row.type, row.count]).sort()).toEqual(
          kinds.map((type) => [type, all.filter((event) => event.type === type).length]).sort(),
        );
      });

      it('[M3] tells in which versions and with which schemas the types of a channel were published', async () => {
        const tap = freshName('forms');
        const events = someEvents(tap, 1, 60, (i) => ({
          channel: i < 50 ? 'orders' : 'other',
          type: i % 2 === 0 ? 'order.placed' : 'order.paid',
          version: i % 2 === 0 ? (i < 40 ? '1.0' : '2.0') : `${i}`,
          schemaId: i % 2 === 0 ? null : i < 10 ? 11 : 12,
          ...(i === 0 && { deadLetter: true, failure: aFailure() }),
        }));
        await store.append(aBatch(tap, 1, events));
        const form = (type: string, version: string | null, schemaId: number | null, count: number): object => ({
          broker: tap,
          channel: 'orders',
          type,
          version,
          schemaId,
          count,
        });
        expect(await store.formsOf([{ broker: tap, channel: 'orders' }], around(quietTime()))).toEqual([
          form('order.paid', null, 12, 20),
          form('order.placed', '1.0', null, 19),
          form('order.paid', null, 11, 5),
          form('order.placed', '2.0', null, 5),
        ]);
        expect(await store.formsOf([], around(quietTime()))).toEqual([]);
      });

      it('[S4] a long range is answered by the stored steps and counts the same, late events too', async () => {
        const tap = freshName('steps');
        const start = quietTime();
        for (let number = 1; number <= 8; number++)
          await store.append(
            aBatch(
              tap,
              number,
              someEvents(tap, number, 10, () => ({}), start + number * 27_000_000),
            ),
          );
        const late = someEvents(tap, 9, 5, () => ({}), start + 20_000_000);
        await store.append(aBatch(tap, 9, late));
        const days = (count: number): TimeRange => ({ from: start - count * 86_400_000_000, to: start + 3_600_000_000 });
        for (const range of [around(start), days(0.5), days(2), days(30)]) {
          const edges = (await under.other.edges(range)).filter((edge) => edge.broker === tap);
          expect(edges.map((edge) => edge.count)).toEqual([85]);
          expect((await store.volume(range, 40, tap)).reduce((sum, step) => sum + step.events, 0)).toBe(85);
        }
      });

      it('[S5] a writer with an old epoch stores nothing', async () => {
        const tap = freshName('fence');
        const first = await store.acquireLease(tap, 'one');
        await store.append(aBatch(tap, 1, someEvents(tap, 1, 10), { epoch: first.epoch }));
        const second = await under.other.acquireLease(tap, 'two');
        expect(second.epoch).toBeGreaterThan(first.epoch);
        await expect(store.append(aBatch(tap, 2, someEvents(tap, 2, 10), { epoch: first.epoch }))).rejects.toMatchObject({
          code: 'store-fenced',
          retryable: false,
        });
        expect(await under.other.tapPosition(tap)).toMatchObject({ batch: 1, batchSize: 10 });
        await under.other.append(aBatch(tap, 2, someEvents(tap, 2, 7), { epoch: second.epoch }));
        expect(await storedOf(tap)).toBe(17);
        expect(await publishedBy(tap)).toBe(17);
      });

      it('[S5] of many who take a tap over at once each gets an epoch of its own', async () => {
        const tap = freshName('many');
        const leases = await Promise.all(
          Array.from({ length: 4 }, (_, i) => (i % 2 === 0 ? store : under.other).acquireLease(tap, `owner-${i}`)),
        );
        expect(new Set(leases.map((lease) => lease.epoch)).size).toBe(4);
      });

      it('[S5] who has a tap says that it is alive; who has not is told', async () => {
        const tap = freshName('beats');
        expect(await store.leaseSilence(tap)).toBeNull();
        const first = await store.acquireLease(tap, 'one');
        expect(await store.renewLease(tap, first.epoch)).toBe(true);
        const before = (await store.leaseSilence(tap)) ?? Infinity;
        expect(before).toBeLessThan(60_000);
        const second = await under.other.acquireLease(tap, 'two');
        expect(await store.renewLease(tap, first.epoch)).toBe(false);
        expect(await under.other.renewLease(tap, second.epoch)).toBe(true);
        await expect.poll(() => store.leaseSilence(tap)).toBeGreaterThan(0);
      });

      it('[S5] an insert of the old epoch that is under way ends before the position is read', async () => {
        const tap = freshName('under-way');
        const old = await store.acquireLease(tap, 'one');
        const underWay = store.append(aBatch(tap, 1, someEvents(tap, 1, 4_000), { epoch: old.epoch })).then(
          () => true,
          () => false,
        );
        const next = await under.other.acquireLease(tap, 'two');
        const position = await under.other.tapPosition(tap);
        await underWay;
        const found = await storedOf(tap);
        expect([0, 4_000]).toContain(found);
        expect(position).toMatchObject(found === 0 ? { batch: 0 } : { batch: 1, batchSize: 4_000 });
        expect(next.epoch).toBeGreaterThan(old.epoch);
      });

      it('[S7] timestamps of a hundred days, of 1970 and of year 9999, or no number at all, refuse no batch', async () => {
        const tap = freshName('time');
        const odd = [0, -1, Date.UTC(9999, 11, 31) * 1000, Number.MAX_VALUE, -Infinity, Infinity, NaN, 1.5];
        const events = someEvents(tap, 1, 101 + odd.length, (i) => ({
          publishedAt: i < 101 ? Date.UTC(2001, 0, 1 + i) * 1000 : odd[i - 101]!,
        }));
        await store.append(aBatch(tap, 1, events));
        const rows = (await store.recentEvents({ range: around(quietTime()), limit: 200, broker: tap })).rows.toReversed();
        expect(rows).toHaveLength(109);
        expect(rows[100]?.publishedAt).toBe(Date.UTC(2001, 0, 101) * 1000);
        expect(rows.slice(101, 104).map((row) => row.publishedAt)).toEqual([0, -1, Number.MAX_SAFE_INTEGER]);
      });

      it('gives the offsets back where a tap goes on: the highest of every partition, also past gaps', async () => {
        const tap = freshName('offsets');
        await store.append(
          aBatch(tap, 1, someEvents(tap, 1, 3), {
            offsets: new Map([
              [
                'orders',
                new Map([
                  [0, 100_003],
                  [1, 7],
                ]),
              ],
            ]),
          }),
        );
        await store.append(
          aBatch(tap, 2, [], {
            offsets: new Map([
              ['orders', new Map([[1, 9]])],
              ['payments', new Map([[4, 1]])],
            ]),
            gaps: [aGap(tap)],
          }),
        );
        const position = await under.other.tapPosition(tap);
        expect(position.batch).toBe(2);
        expect(position.offsets.get('orders')).toEqual(
          new Map([
            [0, 100_003],
            [1, 9],
          ]),
        );
        expect(position.offsets.get('payments')).toEqual(new Map([[4, 1]]));
        const gaps = (await store.gaps(around(quietTime()), 100)).filter((gap) => gap.tap === tap);
        expect(gaps).toEqual([aGap(tap)]);
      });

      it('knows where a tap stands by its events alone', async () => {
        const tap = freshName('no-offsets');
        await store.append(aBatch(tap, 3, someEvents(tap, 3, 5)));
        const position = await under.other.tapPosition(tap);
        expect(position).toMatchObject({ batch: 3, batchSize: 5 });
        expect(position.offsets.get('orders')?.get(0)).toBe(300_005);
      });
    });

    describe('one event', () => {
      it('comes back as it was stored, every byte and every null', async () => {
        const tap = freshName('exact');
        const bytes = new Uint8Array(256).map((_, i) => i);
        const rich = anEvent({
          broker: tap,
          system: 'rabbitmq',
          tap,
          batch: 1,
          index: 0,
          observedAt: quietTime() + 123,
          publishedAt: null,
          publishedAtBy: null,
          routingKey: '',
          key: new Uint8Array(0),
          body: bytes,
          bodySize: 70_000,
          headers: [aHeader('x', bytes, 'S'), aHeader('x', null, 'V'), aHeader('', '', 'property'), aHeader('été ☃', 'é', 'S')],
          traceId: 'a'.repeat(32),
          spanId: 'b'.repeat(16),
          parentSpanId: 'c'.repeat(16),
          correlationId: 'corr',
          causationId: 'cause',
          conversationId: 'conv',
          sagaId: 'saga',
          replyTo: 'r',
          attempt: 0,
          businessKeys: [
            { name: 'order', value: `${tap}-o` },
            { name: '', value: "it's \\ \n \u0000 ☃" },
          ],
          why: [{ field: 'type', from: 'header' }],
          framework: 'house',
          version: '2',
          sourceEvidence: 'inferred',
          contentType: null,
          contentEncoding: 'gzip',
          schemaId: 7,
          bodyProblem: 'not JSON',
          contexts: [
            {
              system: 'w3c',
              traceId: 'a'.repeat(32),
              spanId: 'b'.repeat(16),
              parentSpanId: null,
              sampled: true,
              origin: false,
              from: 'traceparent',
            },
            { system: 'b3', traceId: 'other', spanId: '', parentSpanId: 'c'.repeat(16), sampled: null, origin: true, from: 'b3' },
          ],
          inboxes: [{ inbox: 'q', evidence: 'declared' }],
          deadLetter: true,
          failure: aFailure({
            stack: 'at x\n at y',
            lastOrigin: { channel: 'c', inbox: 'q', partition: null, offset: null, routingKey: '' },
          }),
          replayId: 'replay-1',
          replayOf: 'k:a:b:0:1',
        });
        const bare = anEvent({
          broker: tap,
          tap,
          batch: 1,
          index: 1,
          offset: 0,
          observedAt: quietTime(),
          key: null,
          body: null,
          bodySize: 0,
          headers: [],
          type: null,
          version: null,
          source: null,
          sourceEvidence: null,
          messageId: null,
          businessKeys: [],
          contentType: null,
        });
        await store.append(aBatch(tap, 1, [rich, bare]));
        expect(await store.event(rich.id)).toEqual(rich);
        expect(await store.event(bare.id)).toEqual(bare);
        expect(await store.event(`${rich.id}0`)).toBeNull();
        expect((await store.eventRows([bare.id, rich.id, 'nothing'])).map((row) => row.id).sort()).toEqual([bare.id, rich.id].sort());
      });

      it('may have a body of 1 MB, 300 headers, HTML in every field, and lone surrogates', async () => {
        const tap = freshName('large');
        const html = '<img src=x onerror=alert(1)>{a:String}\'"`; --';
        const event = anEvent({
          broker: tap,
          tap,
          observedAt: quietTime(),
          body: new Uint8Array(1_000_000).fill(0x0a),
          type: html,
          source: html,
          channel: html,
          key: utf8(html),
          messageId: html,
          correlationId: `${tap}\ud800`,
          headers: Array.from({ length: 300 }, (_, i) => aHeader(`h${i % 7}`, `${html}${i}`)),
        });
        await store.append(aBatch(tap, 1, [event]));
        const found = await store.event(event.id);
        expect(Buffer.compare(found?.body ?? new Uint8Array(0), event.body!)).toBe(0);
        expect(found?.headers).toEqual(event.headers);
        expect(found).toMatchObject({ type: html, source: html, channel: html, messageId: html });
        expect(
          (await store.recentEvents({ range: around(quietTime()), limit: 5, broker: tap, channel: html, service: html })).rows,
        ).toHaveLength(1);
      });

      it('is found by any id a person pastes, and by nothing else', async () => {
        const tap = freshName('ids');
        const trace = `${'0'.repeat(16)}${Buffer.from(tap).toString('hex').slice(-16)}`;
        const event = anEvent({
          broker: tap,
          tap,
          observedAt: quietTime(),
          traceId: trace,
          spanId: `${tap}-span`,
          messageId: `${tap}-msg`,
          correlationId: `${tap}-corr`,
          causationId: `${tap}-cause`,
          conversationId: `${tap}-conv`,
          sagaId: `${tap}-saga`,
          key: utf8(`${tap}-key`),
          businessKeys: [{ name: 'order', value: `${tap}-order` }],
        });
        await store.append(aBatch(tap, 1, [event, anEvent({ broker: tap, tap, index: 1, observedAt: quietTime() })]));
        const fieldOf = async (id: string): Promise<readonly string[]> =>
          (await store.findId(id, 10)).map((found) => `${found.event.id} ${found.field}`);
        const expected: Record<string, string> = {
          [trace.toUpperCase()]: 'trace id',
          [`${tap}-span`]: 'span id',
          [` ${tap}-msg `]: 'message id',
          [`${tap}-corr`]: 'correlation id',
          [`${tap}-cause`]: 'causation id',
          [`${tap}-conv`]: 'conversation id',
          [`${tap}-saga`]: 'saga id',
          [`${tap}-key`]: 'key',
          [`${tap}-order`]: 'business key order',
          [event.id]: 'event id',
        };
        for (const [id, field] of Object.entries(expected)) expect(await fieldOf(id)).toEqual([`${event.id} ${field}`]);
        expect(await store.findId(`${tap}-none`, 10)).toEqual([]);
        expect(await store.findId('', 10)).toEqual([]);
        expect(await store.findId('x'.repeat(5_000), 10)).toEqual([]);
        expect(await store.findId("' OR 1=1 --", 10)).toEqual([]);
      });
    });

    describe('lists', () => {
      it('[S6] the events of a trace come oldest first; what a limit cut is said', async () => {
        const tap = freshName('trace');
        const trace = freshName('t');
        await store.append(
          aBatch(
            tap,
            1,
            someEvents(tap, 1, 40, (i) => ({ traceId: i % 2 === 0 ? trace : null })),
          ),
        );
        await store.append(
          aBatch(
            tap,
            2,
            someEvents(tap, 2, 40, () => ({ traceId: trace }), quietTime() - 5_000_000),
          ),
        );
        const whole = await store.eventsOfTrace(trace, 1_000);
        expect(whole.cut).toBeNull();
        expect(whole.events).toHaveLength(60);
        expect(whole.events.map((row) => row.observedAt)).toEqual(whole.events.map((row) => row.observedAt).toSorted((a, b) => a - b));
        expect(await store.eventsOfTrace(trace, 10)).toMatchObject({
          events: whole.events.slice(0, 10),
          cut: { shown: 10, of: 60, why: 'row-limit' },
        });
        expect(await store.eventsOfTrace('unknown', 10)).toEqual({ events: [], cut: null });
      });

      it('[S6] pages through traces and through events without moving what was read', async () => {
        const tap = freshName('pages');
        await store.append(
          aBatch(
            tap,
            1,
            someEvents(tap, 1, 90, (i) => ({ traceId: `${tap}-${Math.floor(i / 3)}`, deadLetter: i % 30 === 0 })),
          ),
        );
        const seen: string[] = [];
        let after: string | undefined;
        for (let page = 0; page < 10; page++) {
          const found = await store.search({
            node: null,
            range: around(quietTime()),
            limit: 7,
            brokers: [tap],
            ...(after !== undefined && { after }),
          });
          seen.push(...found.rows.map((row) => row.traceId));
          if (found.next === null) break;
          expect(found.cut?.why).toBe('row-limit');
          after = found.next;
          if (page === 1)
            await store.append(
              aBatch(
                tap,
                2,
                someEvents(tap, 2, 3, () => ({ traceId: `${tap}-new` }), quietTime() + 60_000_000),
              ),
            );
        }
        expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => `${tap}-${29 - i}`));
        expect(
          (await store.search({ range: around(quietTime()), limit: 50, brokers: [tap], node: term('status', 'dead-lettered') })).rows.map(
            (row) => [row.traceId, row.errors, row.events],
          ),
        ).toEqual([20, 10, 0].map((i) => [`${tap}-${i}`, 1, 3]));
        const first = await store.recentEvents({ range: around(quietTime()), limit: 50, broker: tap });
        const second = await store.recentEvents({ range: around(quietTime()), limit: 50, broker: tap, after: first.next! });
        expect(new Set([...first.rows, ...second.rows].map((row) => row.id)).size).toBe(93);
        expect(second.next).toBeNull();
        expect((await store.recentEvents({ range: around(quietTime()), limit: 3, broker: tap, after: 'nonsense' })).rows).toHaveLength(3);
      });

      it('says of a trace what its events say', async () => {
        const trace = freshName('summary');
        const [kafka, rabbit] = [freshName('k'), freshName('r')];
        const at = quietTime();
        await store.append(
          aBatch(rabbit, 1, [
            anEvent({
              broker: rabbit,
              system: 'rabbitmq',
              tap: rabbit,
              observedAt: at + 5_000,
              traceId: trace,
              type: 'Paid',
              source: 'payment',
            }),
          ]),
        );
        await store.append(
          aBatch(kafka, 1, [
            anEvent({ broker: kafka, tap: kafka, observedAt: at, traceId: trace, type: 'Placed', source: 'orders' }),
            aDeadLetter({ broker: kafka, tap: kafka, index: 1, observedAt: at + 9_000, traceId: trace, source: null }),
          ]),
        );
        expect(await traceOf(store, trace)).toEqual({
          traceId: trace,
          title: 'Placed',
          first: at,
          last: at + 9_000,
          events: 3,
          errors: 1,
          services: ['orders', 'payment'],
          brokers: [
            { broker: kafka, system: 'kafka' },
            { broker: rabbit, system: 'rabbitmq' },
          ],
          businessKeys: [{ name: 'order', value: 'o-1' }],
        });
      });

      it('filters events by inbox, service, business key and type', async () => {
        const tap = freshName('filter');
        const at = quietTime();
        await store.append(
          aBatch(tap, 1, [
            anEvent({
              broker: tap,
              tap,
              index: 0,
              observedAt: at,
              channel: 'a',
              inboxes: [{ inbox: 'q1', evidence: 'declared' }],
              type: `${tap}-T`,
            }),
            anEvent({
              broker: tap,
              tap,
              index: 1,
              observedAt: at + 1,
              channel: 'b',
              businessKeys: [{ name: 'order', value: `${tap}-7` }],
              source: 'payment',
            }),
          ]),
        );
        const ids = async (query: Partial<Parameters<Store['recentEvents']>[0]>): Promise<readonly number[]> =>
          (await store.recentEvents({ range: around(at), limit: 10, broker: tap, ...query })).rows.map((row) => row.offset ?? -1);
        expect(await ids({ inbox: 'q1' })).toEqual([0]);
        expect(await ids({ inbox: 'b@group' })).toEqual([1]);
        expect(await ids({ businessKey: `${tap}-7` })).toEqual([1]);
        expect(await ids({ service: 'payment' })).toEqual([1]);
        expect(await ids({})).toEqual([1, 0]);
        expect((await store.eventsOfTypes([`${tap}-T`], at - 1, 10)).map((row) => row.offset)).toEqual([0]);
        expect(await store.eventsOfTypes([], at, 10)).toEqual([]);
      });

      it('groups dead letters by cause, place and message without its numbers, and pages through a group', async () => {
        const tap = freshName('letters');
        const letter = (i: number, message: string): ObservedEvent =>
          aDeadLetter({
            broker: tap,
            tap,
            index: i,
            offset: i,
            observedAt: quietTime() + i * 1_000,
            failure: aFailure({ message, consumer: 'shipping', lastOrigin: { ...noOrigin, inbox: 'q1' } }),
          });
        await store.append(
          aBatch(tap, 1, [...Array.from({ length: 12 }, (_, i) => letter(i, `order ${4_000 + i} not found`)), letter(12, 'no stock')]),
        );
        const groups = await groupsOf(store, tap);
        expect(groups.map((group) => [group.count, group.failedIn, group.consumer, group.cause])).toEqual([
          [12, 'q1', 'shipping', 'CarrierTimeout'],
          [1, 'q1', 'shipping', 'CarrierTimeout'],
        ]);
        expect(groups[0]?.spark).toHaveLength(60);
        expect(groups[0]?.spark.reduce((a, b) => a + b)).toBe(12);
        const group = groups[0]!.id;
        const first = await store.deadLetters({ group, range: around(quietTime()), limit: 8 });
        const rest = await store.deadLetters({ group, range: around(quietTime()), limit: 8, after: first.next! });
        expect([...first.rows, ...rest.rows].map((row) => row.offset)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
        expect(rest.next).toBeNull();
      });

      it('names the services and channels that were seen', async () => {
        const tap = freshName('names');
        await store.append(
          aBatch(tap, 1, [anEvent({ broker: tap, tap, observedAt: quietTime(), source: `${tap}-s`, channel: `${tap}-c` })]),
        );
        const found = await store.names();
        expect(found.services).toContain(`${tap}-s`);
        expect(found.channels).toContainEqual({ broker: tap, channel: `${tap}-c` });
        expect((await store.size()).events).toBeGreaterThan(0);
      });
    });

    describe('states', () => {
      it('keeps the newest picture of each broker', async () => {
        const broker = freshName('picture');
        const picture = (product: string, at: number): BrokerPicture => ({
          broker,
          system: 'kafka',
          inProcess: false,
          at,
          product,
          channels: [],
          inboxes: [],
          bindings: [],
          missing: [],
        });
        await store.savePicture(picture('Kafka 4.0', 1));
        await store.savePicture(picture('Kafka 4.1', 2));
        expect((await under.other.pictures()).filter((found) => found.broker === broker)).toEqual([picture('Kafka 4.1', 2)]);
      });

      it('gives samples back newest first in a list, and thinned over a range', async () => {
        const broker = freshName('samples');
        const now = Math.floor(Date.now() / 1000) * 1_000_000;
        const ago = Array.from({ length: 31 }, (_, i) => 30 - i);
        for (const some of [ago.slice(0, 10), ago.slice(10, 30), ago.slice(30)]) {
          await store.saveSamples(
            some.map((i) => aGroupPoint(broker, now - i * 2_000_000, i)),
            some.map((i) => aQueuePoint(broker, now - i * 2_000_000, i)),
          );
        }
        const latest = await under.other.latestSamples();
        expect(latest.groups.filter((point) => point.broker === broker)).toEqual([aGroupPoint(broker, now, 0)]);
        expect(latest.queues.filter((point) => point.broker === broker)).toEqual([aQueuePoint(broker, now, 0)]);
        const range = { from: now - 60_000_000, to: now + 1 };
        const whole = await store.groupSeries(broker, 'orders@billing', range, 300);
        expect(whole.map((point) => point.lag)).toEqual(Array.from({ length: 31 }, (_, i) => 30 - i));
        expect(whole[0]).toEqual(aGroupPoint(broker, now - 60_000_000, 30));
        expect((await store.queueSeries(broker, 'orders.q', range, 10)).length).toBeLessThanOrEqual(11);
        const all = await store.allGroupSeries(range, 10);
        const mine = [...all].find(([key]) => key.startsWith(broker))?.[1] ?? [];
        expect(mine.at(-1)?.lag).toBe(0);
        expect(mine.length).toBeLessThanOrEqual(11);
        expect(
          [...(await store.allQueueSeries({ from: now - 3 * 86_400_000_000, to: now + 1 }, 60))].some(([key]) => key.startsWith(broker)),
        ).toBe(true);
      });

      it('keeps the newest state of a saga, what needs a person first', async () => {
        const definition = freshName('saga');
        const saga = (key: string, state: SagaInstance['state'], given: Partial<SagaInstance> = {}): SagaInstance => ({
          definition,
          key,
          state,
          startedAt: quietTime(),
          changedAt: quietTime(),
          endedAt: null,
          waitingFor: null,
          dueAt: null,
          traceIds: [],
          steps: [],
          facts: [],
          because: 'a test',
          ...given,
        });
        await store.saveSagas([saga('a', 'running'), saga('b', 'stuck'), saga('c', 'running')]);
        await store.saveSagas([saga('a', 'completed', { endedAt: quietTime() + 4_000_000 })]);
        const found = await under.other.sagas({ definition, limit: 2 });
        expect(found.instances.map((instance) => [instance.key, instance.state])).toEqual([
          ['b', 'stuck'],
          ['c', 'running'],
        ]);
        expect(found.cut).toMatchObject({ shown: 2 });
        expect(await store.saga(definition, 'a')).toEqual(saga('a', 'completed', { endedAt: quietTime() + 4_000_000 }));
        expect(await store.saga(definition, 'z')).toBeNull();
        expect((await store.sagaCounts()).filter((row) => row.definition === definition)).toEqual([
          { definition, state: 'completed', count: 1, medianMs: 4_000, p95Ms: 4_000 },
          { definition, state: 'running', count: 1, medianMs: null, p95Ms: null },
          { definition, state: 'stuck', count: 1, medianMs: null, p95Ms: null },
        ]);
      });

      it('a replay leaves an intent and an outcome; an intent alone comes back as uncertain', async () => {
        const tap = freshName('replay');
        const letter = aDeadLetter({ broker: tap, tap, observedAt: quietTime() });
        const again = anEvent({
          broker: tap,
          tap,
          index: 1,
          observedAt: quietTime() + 1_000_000,
          replayId: `${tap}-1`,
          replayOf: letter.id,
        });
        await store.append(aBatch(tap, 1, [letter, again]));
        const intent = { letter: letter.id, broker: tap, by: 'ann', reason: 'fixed', target: 'q1', at: quietTime() };
        await store.recordReplayIntent({ ...intent, replayId: `${tap}-1` });
        await store.recordReplayIntent({ ...intent, replayId: `${tap}-2`, at: quietTime() + 1 });
        await store.recordReplayOutcome(`${tap}-1`, letter.id, 'sent-and-taken', '', quietTime() + 5);
        await store.recordAudit({ at: quietTime(), by: 'ann', action: 'replay', subject: letter.id, detail: '' });
        expect(await under.other.replaysOf([letter.id])).toEqual([
          {
            replayId: `${tap}-1`,
            letter: letter.id,
            by: 'ann',
            reason: 'fixed',
            intendedAt: quietTime(),
            outcome: 'sent-and-taken',
            outcomeAt: quietTime() + 5,
            replayedAs: again.id,
          },
          {
            replayId: `${tap}-2`,
            letter: letter.id,
            by: 'ann',
            reason: 'fixed',
            intendedAt: quietTime() + 1,
            outcome: null,
            outcomeAt: null,
            replayedAs: null,
          },
        ]);
        expect(
          (await store.openIntents()).filter((record) => record.letter === letter.id).map((record) => [record.replayId, record.outcome]),
        ).toEqual([[`${tap}-2`, 'uncertain']]);
      });

      it('says that it is ready', async () => {
        expect(await store.ready()).toMatchObject({ ready: true });
      });
    });
  });
}

const traceOf = async (store: Store, traceId: string) => {
  const { events } = await store.eventsOfTrace(traceId, 1);
  const broker = events[0]?.broker;
  if (broker === undefined) return undefined;
  const found = await store.search({ node: null, range: around(quietTime()), limit: 500, brokers: [broker] });
  return found.rows.find((row) => row.traceId === traceId);
};

const groupsOf = async (store: Store, broker: string) =>
  (await store.deadLetterGroups(around(quietTime()), 500)).groups.filter((group) => group.broker === broker);

const aGap = (tap: string) => ({
  tap,
  channel: 'orders',
  partition: 1,
  fromOffset: 7,
  toOffset: 9,
  count: 2,
  reason: 'undecodable',
  detail: 'bad CRC',
  at: quietTime(),
});

const aGroupPoint = (broker: string, at: number, lag: number): GroupPoint => ({
  broker,
  inbox: 'orders@billing',
  group: 'billing',
  topic: 'orders',
  at,
  protocol: 'classic',
  state: 'stable',
  members: 2,
  lag,
  stableLag: null,
  committed: 5,
  end: 5 + lag,
  lost: 0,
  partitions: [{ partition: 0, committed: 5, logStart: 0, end: 5 + lag, lastStable: null, lag }],
});

const aQueuePoint = (broker: string, at: number, ready: number): QueuePoint => ({
  broker,
  inbox: 'orders.q',
  at,
  ready,
  unacked: null,
  consumers: 1,
  publishRate: 0.5,
  deliverRate: null,
  ackRate: 2.25,
  redeliverRate: 0,
  by: 'management',
});
