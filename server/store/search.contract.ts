import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aFailure, aHeader, anEvent, utf8 } from '@/lib/events/event.fixture';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { QueuePoint } from '@/lib/contract/samples';
import { aGroupPoint } from '@/lib/lag/group-point.fixture';
import { parseQuery } from '@/lib/search/parse-query';
import type { SearchNode } from '@/lib/search/query';
import type { TracesOrder } from '@/lib/traces/traces-order';
import { aBatch, around, freshName, quietTime } from './store.contract';
import type { StoreUnderTest } from './store.contract';
import type { Store } from './store';

/** The search over what is stored (docs/spec/search.md), against any store. */
export function describeSearchContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`search contract: ${name}`, { timeout: 300_000 }, () => {
    let under: StoreUnderTest;
    let store: Store;
    const tap = freshName('search');
    const read = (line: string): SearchNode | null => {
      const parsed = parseQuery(line);
      if (!parsed.ok) throw new Error(parsed.problem.text);
      return parsed.query;
    };
    const found = async (line: string): Promise<readonly string[]> =>
      (await store.search({ range: around(quietTime()), limit: 50, brokers: [tap], node: read(line) })).rows
        .map((row) => row.traceId.replace(`${tap}-`, ''))
        .toSorted();

    beforeAll(async () => {
      under = await open();
      store = under.store;
      const one = (index: number, given: Partial<ObservedEvent>): ObservedEvent =>
        anEvent({
          broker: tap,
          tap,
          batch: 1,
          index,
          offset: index,
          observedAt: quietTime() + index * 1_000_000,
          messageId: `${tap}-m${index}`,
          key: null,
          routingKey: null,
          headers: [],
          traceId: null,
          correlationId: null,
          causationId: null,
          businessKeys: [],
          type: null,
          source: null,
          ...given,
        });
      const json = (value: unknown): Pick<ObservedEvent, 'body' | 'bodySize'> => ({ body: utf8(JSON.stringify(value)), bodySize: 100 });
      await store.append(
        aBatch(tap, 1, [
          one(0, {
            traceId: `${tap}-good`,
            type: 'OrderPlaced',
            source: 'web',
            channel: 'orders',
            version: '1.1',
            businessKeys: [{ name: 'order', value: 'o-1' }],
            ...json({ order: { id: 42, note: 'left "here"' }, items: [{ sku: 'a-7' }] }),
          }),
          one(1, {
            traceId: `${tap}-good`,
            type: 'OrderPaid',
            source: 'payment',
            channel: 'money',
            headers: [aHeader('tenant', 'acme', 'S'), aHeader('tries', new Uint8Array([0, 0, 1, 44]), 'I')],
            ...json({ data: { total: 99.5 } }),
          }),
          one(2, {
            traceId: `${tap}-bad`,
            type: 'OrderPlaced',
            source: 'web',
            channel: 'orders',
            attempt: 3,
            ...json({ order: { id: 421 } }),
          }),
          one(3, {
            traceId: `${tap}-bad`,
            type: 'OrderPlaced',
            source: 'web',
            channel: 'orders.dlx',
            deadLetter: true,
            failure: aFailure({ cause: 'CardDeclined', message: 'the 100%_card' }),
          }),
          one(4, {
            correlationId: `${tap}-loose`,
            type: 'Clicked',
            source: 'shop',
            system: 'rabbitmq',
            partition: null,
            inboxes: [{ inbox: 'clicks', evidence: 'declared' }],
          }),
          one(5, { correlationId: `${tap}-loose`, type: 'Searched', source: 'shop', system: 'rabbitmq', partition: null }),
        ]),
      );
    }, 300_000);
    afterAll(() => under?.close());

    it.each<[string, readonly string[]]>([
      ['', ['bad', 'good', '~loose']],
      ['type=OrderPaid', ['good']],
      ['type=Order*', ['bad', 'good']],
      ['type~paid', ['good']],
      ['type!=OrderPlaced service=web', []],
      ['service=web', ['bad', 'good']],
      ['service=web NOT has(type=OrderPaid)', ['bad']],
      ['has(type=OrderPaid) AND has(service=web)', ['good']],
      ['version=1.1', ['good']],
      ['status=dead-lettered', ['bad']],
      ['status=failed', ['bad']],
      ['status=retried', ['bad']],
      ['cause=CardDeclined', ['bad']],
      ['channel=money OR channel=orders.dlx', ['bad', 'good']],
      ['inbox=clicks', ['~loose']],
      ['key.order=o-1', ['good']],
      ['key=o-1', ['good']],
      ['key.customer=o-1', []],
      ['h.tenant=acme', ['good']],
      ['h.tenant=other', []],
      ['h.tries=300', ['good']],
      ['h.tries>299', ['good']],
      ['b.order.id=42', ['good']],
      ['b.order.id>42', ['bad']],
      ['b.order.note="left \\"here\\""', ['good']],
      ['b.items.0.sku=a-7', ['good']],
      ['b.total>99', ['good']],
      ['b.data.total=99.5', ['good']],
      ['acme', ['good']],
      ['"100%_card"', ['bad']],
      ['text~100%_', ['bad']],
      ['type=%', []],
      ['type="Order*"', []],
      ['events>1 errors=0 service=web', ['good']],
      ['errors>=1', ['bad']],
      ['duration>=1s', ['bad', 'good']],
      ['duration>1h', []],
      ['broker=rabbitmq', ['~loose']],
      ['attempt>=3', ['bad']],
    ])('[Q20] finds by %s', async (line, traces) => {
      expect(await found(line)).toEqual([...traces].toSorted());
    });

    describe('odd names and values', () => {
      const own = freshName('odd');
      const real = new Uint8Array(8);
      new DataView(real.buffer).setFloat64(0, 1.5);
      beforeAll(async () => {
        const events: Readonly<Record<string, Partial<ObservedEvent>>> = {
          names: {
            body: utf8(
              JSON.stringify({
                'a b': 'blank-1',
                tags: { 'order.id': 'dot-1', 'q"t': 'quote-1', 'b\\s': 'back-1' },
                größe: 'uml-1',
                stock: { '42': 'digits-1', x: 'second-1' },
                list: [{ '7': 'in-list-1' }],
                ratio: 0.1,
              }),
            ),
          },
          escaped: { body: utf8('{"gr\\u00f6\\u00dfe":"uml-2","p\\/q":"slash-1","who":"J\\u00fcrgen Sieben","said":"\\"so\\" he said"}') },
          plain: { body: utf8('Über alles, naïve') },
          heads: {
            headers: [
              aHeader('cloudEvents:id', 'colon-1', 'S'),
              aHeader('x y', 'blank-2', 'S'),
              aHeader('X-Case', 'case-1', 'S'),
              aHeader('score', real, 'd'),
            ],
          },
        };
        await store.append(
          aBatch(
            own,
            1,
            Object.entries(events).map(([name, given], index) =>
              anEvent({
                broker: own,
                tap: own,
                index,
                offset: index,
                observedAt: quietTime() + index,
                messageId: `${own}-${index}`,
                traceId: `${own}-${name}`,
                businessKeys: [],
                headers: [],
                body: null,
                ...given,
              }),
            ),
          ),
        );
      });

      it.each<[string, readonly string[]]>([
        ['b."a b"=blank-1', ['names']],
        ['b.tags."order.id"=dot-1', ['names']],
        ['b.tags.order.id=dot-1', []],
        ['b.tags."q\\"t"=quote-1', ['names']],
        ['b.tags."b\\\\s"=back-1', ['names']],
        ['b.größe=uml-1', ['names']],
        ['b.größe=uml-2', ['escaped']],
        ['b.p/q=slash-1', ['escaped']],
        ['b.stock.42=digits-1', ['names']],
        ['b.stock.1=second-1', []],
        ['b.list.0.7=in-list-1', ['names']],
        ['b.ratio=0.10', ['names']],
        ['"Jürgen Sieben"', ['escaped']],
        ['"\\"so\\" he"', ['escaped']],
        ['"über ALLES"', ['plain']],
        ['text~NAÏVE', ['plain']],
        ['h."cloudEvents:id"=colon-1', ['heads']],
        ['h."x y"=blank-2', ['heads']],
        ['h.x-case=case-1', ['heads']],
        ['h.score=1.5', ['heads']],
        ['h.score>1.4 h.score<1.6', ['heads']],
        ['h.score>1.5', []],
      ])('[Q20] finds by %s', async (line, names) => {
        const { rows } = await store.search({ range: around(quietTime()), limit: 50, brokers: [own], node: read(line) });
        expect(rows.map((row) => row.traceId.replace(`${own}-`, ''))).toEqual(names);
      });
    });

    it('[Q21] another event of a flow is asked for as one of a trace is; numbers are those of traces alone', async () => {
      const own = freshName('flows');
      const one = (index: number, order: string, type: string): ObservedEvent =>
        anEvent({
          broker: own,
          tap: own,
          index,
          offset: index,
          observedAt: quietTime() + index,
          messageId: null,
          correlationId: null,
          causationId: null,
          traceId: null,
          type,
          businessKeys: [{ name: 'order', value: `${own}-${order}` }],
        });
      await store.append(aBatch(own, 1, [one(0, 'sent', 'Placed'), one(1, 'sent', 'Shipped'), one(2, 'stuck', 'Placed')]));
      const ask = async (line: string) =>
        (await store.search({ range: around(quietTime()), limit: 9, brokers: [own], node: read(line) })).rows
          .map((row) => row.traceId.replace(`~${own}-`, ''))
          .toSorted();
      expect(await ask('has(type=Placed) NOT has(type=Shipped)')).toEqual(['stuck']);
      expect(await ask('type=Placed has(type=Shipped)')).toEqual(['sent']);
      expect(await ask('events=2 OR events!=2')).toEqual([]);
    });

    it('[Q21] a correlation id that stands for nothing makes no flow', async () => {
      const own = freshName('nothing');
      const events = ['0', 'null', '00000000-0000-0000-0000-000000000000'].flatMap((correlationId, n) =>
        [0, 1].map((order) =>
          anEvent({
            broker: own,
            tap: own,
            index: n * 2 + order,
            offset: n * 2 + order,
            observedAt: quietTime() + n,
            traceId: null,
            correlationId,
            causationId: null,
            businessKeys: [{ name: 'order', value: `${own}-${order}` }],
          }),
        ),
      );
      await store.append(aBatch(own, 1, events));
      const { rows } = await store.search({ range: around(quietTime()), limit: 9, brokers: [own], node: null });
      expect(rows.map((row) => row.traceId).toSorted()).toEqual([`~${own}-0`, `~${own}-1`]);
      expect(rows.map((row) => row.events)).toEqual([3, 3]);
    });

    it('[Q20] a trace that lies partly around the range is measured as it is listed', async () => {
      const own = freshName('partly');
      const end = quietTime() + 400_000_000;
      const one = (index: number, at: number): ObservedEvent =>
        anEvent({
          broker: own,
          tap: own,
          index,
          offset: index,
          observedAt: at,
          messageId: `${own}-${index}`,
          traceId: `${own}-t`,
          businessKeys: [],
        });
      await store.append(aBatch(own, 1, [one(0, end - 90_000_000)]));
      await store.append(aBatch(own, 2, [one(1, end - 10_000_000)]));
      const range = { from: end - 60_000_000, to: end };
      const ask = async (line: string) =>
        (await store.search({ range, limit: 9, brokers: [own], node: read(line) })).rows.map((row) => row.events);
      expect(await ask('duration>70s')).toEqual([2]);
      expect(await ask('events=2')).toEqual([2]);
      expect(await ask('events=1')).toEqual([]);
    });

    it('[Q20] what waits: not what a group that is gone left, nor what a sample from before it was told of would hide', async () => {
      const own = freshName('waits');
      const now = Date.now() * 1_000;
      const group = (group: string, committed: number, at: number) =>
        aGroupPoint(0, {
          broker: own,
          inbox: `orders@${group}`,
          group,
          topic: 'orders',
          at,
          committed,
          end: 9,
          partitions: [{ partition: 0, committed, logStart: 0, end: 9, lastStable: 9, lag: 0 }],
        });
      const queue = (at: number): QueuePoint => ({
        broker: own,
        inbox: 'q',
        at,
        ready: 0,
        unacked: 0,
        consumers: 0,
        publishRate: null,
        deliverRate: null,
        ackRate: null,
        redeliverRate: null,
        by: 'management',
      });
      await store.saveSamples([group('there', 5, now), group('gone', 1, now - 900_000_000)], [queue(now)]);
      const record = (index: number, at: number, given: Partial<ObservedEvent>): ObservedEvent =>
        anEvent({ broker: own, tap: own, index, observedAt: at, messageId: `${own}-${index}`, traceId: `${own}-${index}`, ...given });
      const message = { system: 'rabbitmq', partition: null, offset: null, inboxes: [{ inbox: 'q', evidence: 'declared' }] } as const;
      await store.append(
        aBatch(own, 1, [
          record(0, now - 60_000_000, { offset: 3 }),
          record(1, now - 50_000_000, { offset: 7 }),
          record(2, now - 60_000_000, message),
          record(3, now - 5_000_000, message),
        ]),
      );
      const range = { from: now - 3_600_000_000, to: now + 1_000_000 };
      const { rows } = await store.search({ range, limit: 9, brokers: [own], node: read('status=unconsumed') });
      expect(rows.map((row) => row.traceId).toSorted()).toEqual([`${own}-1`, `${own}-3`]);
    });

    it('[Q24] page after page nothing comes twice and nothing is left out, while events come and the range follows the clock', async () => {
      const own = freshName('moving');
      const end = quietTime() + 300_000_000;
      const one = (index: number, trace: number, at: number): ObservedEvent =>
        anEvent({
          broker: own,
          tap: own,
          index,
          offset: index,
          observedAt: at,
          messageId: `${own}-${index}`,
          traceId: `${own}-${trace}`,
          businessKeys: [],
        });
      const before = Array.from({ length: 7 }, (_, n) => one(n, n, end - 1_000_000 - n * 1_000));
      await store.append(aBatch(own, 1, before));
      const seen: string[] = [];
      let after: string | undefined;
      for (let page = 0; page === 0 || after !== undefined; page++) {
        const range = { from: end - 60_000_000 + page * 1_000_000, to: end + page * 1_000_000 };
        const asked = { range, limit: 2, brokers: [own], node: read(`message=${own}-* OR message~moving`) };
        const found = await store.search({ ...asked, ...(after !== undefined && { after }) });
        seen.push(...found.rows.map((row) => row.traceId.replace(`${own}-`, '')));
        after = found.next ?? undefined;
        // The traces of the last pages go on, and new ones begin.
        await store.append(
          aBatch(own, page + 2, [
            one(100 + page * 2, 6 - page, end + page * 1_000_000 + 1),
            one(101 + page * 2, 50 + page, end + page * 1_000_000 + 2),
          ]),
        );
      }
      expect(seen).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    });

    it('[Q20] finds by every kind of id', async () => {
      expect(await found(`trace=${tap}-good`)).toEqual(['good']);
      expect(await found(`message=${tap}-m1`)).toEqual(['good']);
      expect(await found(`correlation=${tap}-loose`)).toEqual(['~loose']);
      expect(await found(`${tap}-m3`)).toEqual(['bad']);
    });

    it('[Q21] a flow without a trace id is a row of its own, by the id that its events share', async () => {
      const { rows } = await store.search({ range: around(quietTime()), limit: 50, brokers: [tap], node: read('service=shop') });
      expect(rows).toMatchObject([
        { traceId: `~${tap}-loose`, inferred: true, events: 2, errors: 0, services: ['shop'], title: 'Clicked' },
      ]);
    });

    it('[J4] events that carry any of some ids, with what a story needs; on demand only those without a trace id', async () => {
      const range = around(quietTime());
      const carried = await store.eventsCarrying({ ids: [`${tap}-loose`, `${tap}-m1`, `${tap}-m3`], range, limit: 10 });
      expect(carried.events.map((event) => event.messageId)).toEqual([1, 3, 4, 5].map((index) => `${tap}-m${index}`));
      expect(carried.events[1]).toMatchObject({ deadLetter: true, origin: { channel: null }, version: '1', replyTo: null });
      expect((await store.eventsCarrying({ ids: [`${tap}-loose`, `${tap}-m1`], range, limit: 10, loose: true })).events).toHaveLength(2);
      expect(await store.eventsCarrying({ ids: [`${tap}-loose`], range, limit: 1 })).toMatchObject({ events: [{}], cut: { shown: 1 } });
      expect(await store.eventsCarrying({ ids: [], range, limit: 1 })).toEqual({ events: [], cut: null });
    });

    it('[C6] samples of the groups of a topic and of queues, oldest first', async () => {
      const at = Math.floor(Date.now() / 1000) * 1_000_000 - 60_000_000;
      const group = (after: number, topic: string) =>
        aGroupPoint(0, {
          committed: after,
          end: 9,
          broker: tap,
          inbox: `${topic}@billing`,
          topic,
          at: at + after * 1_000_000,
          partitions: [{ partition: 0, committed: after, logStart: 0, end: 9, lastStable: 9, lag: 0 }],
        });
      await store.saveSamples([group(0, 'orders'), group(5, 'orders'), group(0, 'money')], []);
      const { groups, queues } = await store.samplesOf(
        tap,
        { topics: ['orders'], queues: ['none'] },
        { from: at - 1, to: at + 60_000_000 },
      );
      expect(new Set(groups.map((point) => point.partitions[0]?.committed))).toEqual(new Set([0, 5]));
      expect(groups.map((point) => point.at)).toEqual(groups.map((point) => point.at).toSorted());
      expect(queues).toEqual([]);
    });

    it('[Q20] what is asked of the trace around an event is asked of the whole time, however far a look has come', async () => {
      const own = freshName('apart');
      const one = (index: number, type: string, at: number): ObservedEvent =>
        anEvent({
          broker: own,
          tap: own,
          index,
          offset: index,
          type,
          observedAt: at,
          messageId: `${own}-${index}`,
          traceId: `${own}-t`,
          businessKeys: [],
        });
      const to = quietTime() + 500_000_000;
      await store.append(aBatch(own, 1, [one(0, 'Placed', to - 300_000_000), one(1, 'Shipped', to - 1_000_000)]));
      const range = { from: to - 600_000_000, to };
      const ask = async (line: string) => (await store.search({ range, limit: 5, brokers: [own], node: read(line) })).rows.length;
      expect(await ask('type=Shipped NOT has(type=Placed)')).toBe(0);
      expect(await ask('type=Shipped has(type=Placed)')).toBe(1);
      expect(await ask('type=Placed has(type=Shipped)')).toBe(1);
      expect(await ask('type=Shipped events<2')).toBe(0);
      expect(await ask('events=2 duration>200s')).toBe(1);
    });

    it('[Q22] the histogram counts what was found, over the whole range', async () => {
      const steps = await store.searchVolume({ range: around(quietTime()), brokers: [tap], node: read('service=web') }, 60);
      expect(steps.length).toBeLessThanOrEqual(61);
      expect(steps.reduce((sum, step) => sum + step.events, 0)).toBe(3);
      expect(steps.reduce((sum, step) => sum + step.errors, 0)).toBe(1);
    });

    it('[Q25] counts the traces that have each value of a field', async () => {
      const query = { range: around(quietTime()), brokers: [tap], node: null };
      expect(await store.searchFacet(query, 'service', 10)).toEqual([
        { value: 'web', traces: 2 },
        { value: 'payment', traces: 1 },
        { value: 'shop', traces: 1 },
      ]);
      expect(await store.searchFacet({ ...query, node: read('service=web') }, 'status', 10)).toEqual([
        { value: 'dead-lettered', traces: 1 },
        { value: 'ok', traces: 1 },
        { value: 'retried', traces: 1 },
      ]);
      expect(await store.searchFacet(query, 'type', 1)).toHaveLength(1);
    });

    it('[Q23] what a person writes is never part of the statement', async () => {
      // Not in any body, so that finding something means that it was taken for more than text.
      const hostile = [
        "'",
        '"',
        '\\',
        '`',
        "') OR 1=1 --",
        '{from:Int64}',
        '{q0:String}',
        ';DROP TABLE events',
        "\\'",
        '%',
        '\0',
        '🦊',
        '"; SELECT 1',
      ];
      for (const sign of hostile) {
        const text = `zz${sign}`;
        const value = text === '"' ? '\\"' : text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
        for (const field of ['type', 'h.x', 'key.order', 'b.a', 'inbox', 'message', 'text'])
          expect(await found(`${field}="${value}"`), `${field} ${text}`).toEqual([]);
        const named: SearchNode = { kind: 'term', field: 'b', name: text, op: '=', value: text, number: null, wild: false };
        const { rows } = await store.search({
          range: around(quietTime()),
          limit: 50,
          brokers: [tap],
          node: { kind: 'or', parts: [named, { ...named, field: 'h' }, { ...named, field: 'key' }] },
        });
        expect(rows).toEqual([]);
      }
      expect((await found('')).length).toBe(3);
    });

    it('[Q24] pages by a cursor, and says what part of the time was searched', async () => {
      const first = await store.search({ range: around(quietTime()), limit: 2, brokers: [tap], node: null });
      expect(first.rows).toHaveLength(2);
      expect(first.searched.to).toBe(around(quietTime()).to);
      const second = await store.search({ range: around(quietTime()), limit: 2, brokers: [tap], node: null, after: first.next ?? '' });
      expect(second.rows).toHaveLength(1);
      expect(second.next).toBeNull();
      expect(second.searched.from).toBe(around(quietTime()).from);
    });

    it('[Q29] puts everything that was found in order by what its traces are as a whole, page after page', async () => {
      const own = freshName('order');
      const start = quietTime();
      const one = (index: number, traceId: string | null, second: number, given: Partial<ObservedEvent> = {}): ObservedEvent =>
        anEvent({
          broker: own,
          tap: own,
          index,
          offset: index,
          observedAt: start + second * 1_000_000,
          messageId: `${own}-${index}`,
          traceId: traceId === null ? null : `${own}-${traceId}`,
          correlationId: traceId === null ? `${own}-flow` : null,
          causationId: null,
          businessKeys: [],
          ...given,
        });
      await store.append(
        aBatch(own, 1, [
          one(0, 'lone', 20, { type: 'Asked' }),
          one(1, 'busy', 1, { type: 'Asked' }),
          one(2, 'busy', 2, { type: 'Other' }),
          one(3, 'busy', 30, { type: 'Other', deadLetter: true, failure: aFailure({}) }),
          one(4, null, 3, { type: 'Asked' }),
          one(5, null, 90, { type: 'Other' }),
        ]),
      );
      const ask = async (order: TracesOrder, line = '', after?: string, limit = 1) =>
        store.search({ range: around(start), limit, brokers: [own], node: read(line), order, ...(after !== undefined && { after }) });
      const inOrder = async (order: TracesOrder, line = ''): Promise<readonly string[]> => {
        const names: string[] = [];
        let after: string | undefined;
        do {
          const page = await ask(order, line, after);
          names.push(...page.rows.map((row) => row.traceId.replace(`${own}-`, '')));
          after = page.next ?? undefined;
        } while (after !== undefined && names.length < 10);
        return names;
      };
      expect(await inOrder({ by: 'started', down: true })).toEqual(['lone', '~flow', 'busy']);
      expect(await inOrder({ by: 'started', down: false })).toEqual(['busy', '~flow', 'lone']);
      expect(await inOrder({ by: 'duration', down: true })).toEqual(['~flow', 'busy', 'lone']);
      expect(await inOrder({ by: 'events', down: true })).toEqual(['busy', '~flow', 'lone']);
      expect(await inOrder({ by: 'events', down: false })).toEqual(['lone', '~flow', 'busy']);
      expect((await inOrder({ by: 'errors', down: true }))[0]).toBe('busy');
      // Only one event of each meets this: they are weighed by all of theirs.
      expect(await inOrder({ by: 'duration', down: true }, 'type=Asked')).toEqual(['~flow', 'busy', 'lone']);
      expect(await inOrder({ by: 'events', down: true }, 'type=Other status=dead-lettered')).toEqual(['busy']);
      const whole = await ask({ by: 'events', down: true }, '', undefined, 10);
      expect(whole).toMatchObject({ next: null, cut: null, searched: around(start) });
      expect(whole.rows.map((row) => row.events)).toEqual([3, 2, 1]);
    });

    it('[Q29] a page that follows looks at the same part of the time: what came since moves nothing', async () => {
      const own = freshName('steady');
      const end = quietTime() + 200_000_000;
      const one = (index: number, traceId: string, at: number): ObservedEvent =>
        anEvent({ broker: own, tap: own, index, offset: index, observedAt: at, messageId: `${own}-${index}`, traceId, businessKeys: [] });
      const before = [0, 1, 2].map((index) => one(index, `${own}-${index}`, end - 10_000_000 + index * 1_000));
      await store.append(aBatch(own, 1, before));
      const ask = (to: number, after?: string) =>
        store.search({
          range: { from: end - 60_000_000, to },
          limit: 2,
          brokers: [own],
          node: null,
          order: { by: 'events', down: true },
          ...(after !== undefined && { after }),
        });
      const first = await ask(end);
      await store.append(aBatch(own, 2, [one(3, `${own}-0`, end + 1_000), one(4, `${own}-0`, end + 2_000)]));
      const second = await ask(end + 5_000_000, first.next ?? '');
      expect(second.searched).toEqual(first.searched);
      expect([...first.rows, ...second.rows].map((row) => row.traceId)).toEqual([2, 1, 0].map((index) => `${own}-${index}`));
    });
  });
}
