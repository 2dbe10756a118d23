import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '@/lib/errors';
import { aDeadLetter, aFailure, anEvent, noOrigin, utf8 } from '@/lib/events/event.fixture';
import { toEventRow } from '@/lib/events/event-row';
import { aGroupPoint } from '@/lib/lag/group-point.fixture';
import type { DeadLetterGroup, ReplayRecord } from '@/lib/contract/dead-letters';
import type { QueuePoint } from '@/lib/contract/samples';
import type { EventRow } from '@/lib/contract/traces';
import { aConsumer, aGroup, aPicture, aQueue, aTopic } from '@/lib/topology/topology.fixture';
import { anEventRow } from '@/lib/traces/trace-node.fixture';
import { provideServices } from '@/server/web/services';
import { call, now, provideTestServices } from './_http/services.fixture';
import { GET as getLetter } from './dead-letters/[id]/route';
import { GET as getLetterPage } from './dead-letters/letters/route';
import { GET as getLetters } from './dead-letters/route';
import { GET as getScenario, POST as postScenario } from './demo/scenario/route';
import { GET as getPrevious } from './events/[id]/previous/route';
import { GET as getEvent } from './events/[id]/route';
import { GET as find } from './find/route';
import { GET as getLagDetail } from './lag/[broker]/[inbox]/route';
import { GET as getLag } from './lag/route';
import { GET as getQueueDetail } from './queues/[broker]/[queue]/route';
import { GET as getQueues } from './queues/route';
import { POST as preview } from './replay/preview/route';
import { POST as replay } from './replay/route';
import { GET as getSaga } from './sagas/[definition]/[key]/route';
import { GET as getSagas } from './sagas/route';
import { GET as getSession } from './session/route';
import { POST as retryTap } from './taps/retry/route';
import { GET as getTaps } from './taps/route';
import { GET as getDetail } from './topology/detail/route';
import { GET as getTopology } from './topology/route';
import { GET as getExport } from './traces/[traceId]/export/route';
import { GET as getTrace } from './traces/[traceId]/route';
import { GET as getTraces } from './traces/route';

afterEach(() => provideServices(undefined));

const placed = anEventRow({ id: 'a', messageId: 'm1', source: 'web', observedAt: now - 10e6 });
const paid = anEventRow({ id: 'b', messageId: 'm2', causationId: 'm1', source: 'payment', observedAt: now - 9e6 });
const kafka = aPicture({
  broker: 'kafka',
  system: 'kafka',
  at: now - 60e6,
  channels: [aTopic('orders')],
  inboxes: [aGroup('orders', 'billing', { consumers: [aConsumer('payment', { partitions: [0, 1] })] })],
});
const rabbit = aPicture({
  at: now - 60e6,
  inboxes: [
    aQueue('mail', {
      protocol: 'quorum',
      consumers: [aConsumer('mailer', { prefetch: 20 })],
      deadLetterTo: { channel: '', routingKey: 'mail.dead', by: 'policy' },
    }),
    aQueue('mail.dead'),
    aQueue('eventyard.tap', { ours: true }),
  ],
});
const point = aGroupPoint(0, { broker: 'kafka', committed: 5, end: 9, at: now - 1e6 });
const depth: QueuePoint = {
  broker: 'rabbit',
  inbox: 'mail',
  at: now - 1e6,
  ready: 4,
  unacked: 1,
  consumers: 1,
  publishRate: 2,
  deliverRate: 2,
  ackRate: 2,
  redeliverRate: 0,
  by: 'management',
};
const samples = {
  latestSamples: async () => ({
    groups: [point],
    queues: [depth, { ...depth, inbox: 'mail.dead', ready: 7 }, { ...depth, inbox: 'eventyard.tap' }],
  }),
  pictures: async () => [kafka, rabbit],
};

describe('every route', () => {
  it('[A10] is never kept by a cache', async () => {
    provideTestServices();
    for (const handler of [getTraces, getTopology, getLag, getTaps, find])
      expect((await call(handler, '/api')).headers.get('cache-control')).toBe('no-store');
    expect((await call(getTrace, '/api', { params: { traceId: 'x' } })).headers.get('cache-control')).toBe('no-store');
  });

  it("[A11] says that the store is away, that it comes back, and how long to wait; without the store's own words", async () => {
    const down = async () => {
      throw new AppError('store-unreachable', 'connect ECONNREFUSED 127.0.0.1:8123 password=hunter2', { retryable: true });
    };
    provideTestServices({ store: { search: down, eventsOfTrace: down } });
    for (const answer of [await call(getTraces, '/api/traces'), await call(getTrace, '/api', { params: { traceId: 'x' } })]) {
      expect(answer).toMatchObject({ status: 503, body: { error: { code: 'store-unreachable', text: 'The store does not answer.' } } });
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(JSON.stringify(answer.body)).not.toContain('hunter2');
    }
  });

  it('[A11] says nothing of what went wrong inside', async () => {
    provideTestServices({ store: { search: async () => Promise.reject(new Error('secret of somebody')) } });
    expect(await call(getTraces, '/api/traces')).toMatchObject({
      status: 500,
      body: { error: { code: 'internal', text: 'Something went wrong in Eventyard.' } },
    });
  });

  it('[A11] says that it is starting', async () => {
    expect(await call(getTraces, '/api/traces')).toMatchObject({ status: 503, body: { error: { code: 'not-started' } } });
  });

  it.each([
    '/api/traces?from=yesterday',
    '/api/traces?limit=0',
    '/api/traces?limit=1e9',
    '/api/traces?errors=maybe',
    `/api/traces?q=${'x'.repeat(2001)}`,
  ])('[A12] answers %s with what is wrong, never with the value', async (path) => {
    provideTestServices();
    const answer = await call(getTraces, path);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad-request' } } });
    expect(answer.body.error.text).not.toMatch(/yesterday|maybe|xxx/);
  });
});

describe('the session', () => {
  it('gives environment, brokers and the token, and sets its cookie once', async () => {
    provideTestServices();
    const first = await call(getSession, '/api/session');
    expect(first.body).toMatchObject({
      environment: { name: 'test' },
      brokers: [{ name: 'kafka' }, { name: 'rabbit' }],
      demo: false,
      now: now / 1000,
    });
    expect(first.body.csrf).toMatch(/^[\w-]{43}$/);
    expect(first.headers.get('set-cookie')).toContain('HttpOnly');
  });
});

describe('traces', () => {
  it('lists the newest of the asked range, with its filters and its histogram', async () => {
    let asked: unknown;
    provideTestServices({
      store: {
        search: async (query) => {
          asked = query;
          return { rows: [{ traceId: 't' } as never], next: 'cursor', cut: null, searched: query.range };
        },
        searchVolume: async () => [{ at: now, events: 3, errors: 1 }],
      },
    });
    const answer = await call(getTraces, '/api/traces?from=-5m&service=web&brokers=kafka,rabbit&errors=true&limit=50&after=c');
    expect(asked).toMatchObject({
      range: { from: now - 300e6, to: now },
      limit: 50,
      after: 'c',
      node: {
        kind: 'and',
        parts: [
          { field: 'service', value: 'web' },
          { field: 'status', value: 'dead-lettered' },
        ],
      },
      brokers: ['kafka', 'rabbit'],
    });
    expect(answer.body).toMatchObject({ traces: [{ traceId: 't' }], next: 'cursor', foundBy: null, searched: { to: now } });
    const first = await call(getTraces, '/api/traces?service=web');
    expect(first.body).toMatchObject({ histogram: [{ events: 3 }] });
  });

  it('finds the traces of any id, whenever they were, and says in which field', async () => {
    provideTestServices({
      store: {
        findId: async (id) => (id === 'm2' ? [{ field: 'messageId', event: paid }] : []),
        eventsOfTrace: async () => ({ events: [paid, placed], cut: null }),
      },
    });
    expect((await call(getTraces, '/api/traces?q=m2')).body).toMatchObject({
      traces: [{ traceId: 'trace-1', events: 2, services: ['web', 'payment'] }],
      foundBy: { field: 'messageId', value: 'm2' },
    });
    expect((await call(getTraces, '/api/traces?q=nothing')).body).toMatchObject({ traces: [], foundBy: null });
  });

  it('gives one as a tree, decoding the address; an unknown id is a clear 404 that does not repeat it', async () => {
    provideTestServices({ store: { eventsOfTrace: async (id) => ({ events: id === 'a/b c' ? [paid, placed] : [], cut: null }) } });
    expect((await call(getTrace, '/api', { params: { traceId: 'a%2Fb%20c' } })).body.nodes).toMatchObject([
      { event: { id: 'a' } },
      { event: { id: 'b' }, joinedBy: 'causation' },
    ]);
    expect((await call(getTrace, '/api', { params: { traceId: 'a%2Fb%20c' }, segments: 'decoded' })).status).toBe(200);
    const unknown = await call(getTrace, '/api', { params: { traceId: '<script>' } });
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'not-found', text: 'No such trace was seen.' } } });
    expect(JSON.stringify(unknown.body)).not.toContain('script');
    expect((await call(getTrace, '/api', { params: { traceId: '%E0%A4%A' } })).status).toBe(404);
  });
});

describe('the beginning of a trace', () => {
  const long = Array.from({ length: 40 }, (_, n) => anEventRow({ id: `e${n}`, traceId: 'long', observedAt: now + n }));
  const eventsOfTrace = vi.fn(async (_id: string, limit: number) => ({
    events: long.slice(0, limit),
    cut: limit < long.length ? { shown: limit, of: long.length, why: 'row-limit' as const } : null,
  }));
  const ask = async (question: string) => (await call(getTrace, `/api${question}`, { params: { traceId: 'long' } })).body;

  it('[T10] is there before the rest: the first events with how many there are, nothing concluded', async () => {
    provideTestServices({ store: { eventsOfTrace } });
    const { nodes, cut, story } = await ask('?first=30');
    expect(nodes.map(({ event }: { event: EventRow }) => event.id)).toEqual(long.slice(0, 30).map(({ id }) => id));
    expect(cut).toEqual({ shown: 30, of: 40, why: 'first-part' });
    expect(story).toBeUndefined();
  });

  it('[T10] a trace that is not longer comes whole, and is asked for once', async () => {
    provideTestServices({ store: { eventsOfTrace } });
    eventsOfTrace.mockClear();
    expect(await ask('?first=40')).toEqual(await ask(''));
    expect(eventsOfTrace).toHaveBeenCalledTimes(2);
    expect((await ask('?first=40')).story.marks).toBeDefined();
  });

  it('a number of events that is none is refused', async () => {
    provideTestServices({ store: { eventsOfTrace } });
    for (const first of ['0', '-3', '1.5', 'all', '10001'])
      expect(await ask(`?first=${first}`)).toMatchObject({ error: { code: 'bad-request' } });
  });
});

describe('a flow', () => {
  const click = anEventRow({ id: 'x', traceId: null, messageId: 'm8', correlationId: 'talk', observedAt: now });
  const sale = anEventRow({ id: 'y', traceId: null, messageId: 'm9', correlationId: 'talk', observedAt: now });
  const flowOf = (events: readonly EventRow[], trace: readonly EventRow[] = []) => ({
    findId: async () => events.map((event) => ({ field: 'correlation id', event })),
    eventsCarrying: async ({ loose }: { loose?: boolean }) => ({
      events: [...events, ...trace].filter((event) => !loose || event.traceId === null),
      cut: null,
    }),
    eventsOfTrace: async () => ({ events: trace, cut: null }),
  });

  it('[J6] an id names the flow of the events that it joins, marked as inferred', async () => {
    provideTestServices({ store: flowOf([click, sale]) });
    const { body } = await call(getTrace, '/api', { params: { traceId: '~talk' } });
    expect(body.nodes).toHaveLength(2);
    expect(body.traceId).toBe('~talk');
    expect(body.story.flow).toMatchObject({ rule: 'correlation', joinedBy: 'correlation id talk', evidence: 'inferred' });
  });

  it('[J4] a chain that is longer than the rounds says where joining stopped', async () => {
    const chain = Array.from({ length: 9 }, (_, n) =>
      anEventRow({ id: `e${n}`, traceId: null, messageId: `m${n}`, causationId: n === 0 ? null : `m${n - 1}`, observedAt: now + n }),
    );
    const carrying = async ({ ids }: { ids: readonly string[] }) => ({
      events: chain.filter(({ messageId, causationId }) => ids.includes(messageId ?? '') || ids.includes(causationId ?? '')),
      cut: null,
    });
    const flowFrom = async (length: number) => {
      provideTestServices({
        store: {
          ...flowOf(chain.slice(0, 1)),
          eventsCarrying: async (asked: { ids: readonly string[] }) => {
            const { events, cut } = await carrying(asked);
            return { events: events.filter(({ id }) => Number(id.slice(1)) < length), cut };
          },
        },
      });
      return (await call(getTrace, '/api', { params: { traceId: '~m0' } })).body;
    };
    const cut = await flowFrom(9);
    expect(cut.nodes.length).toBeLessThan(9);
    expect(cut.story.flow.cappedAt).toBe(cut.nodes.length);
    const whole = await flowFrom(3);
    expect(whole.nodes).toHaveLength(3);
    expect(whole.story.flow.cappedAt).toBeNull();
  });

  it('[J5] [J6] the one trace that is found on the way names the whole, and holds what had no trace id', async () => {
    const traced = anEventRow({ id: 'z', traceId: 'trace-9', causationId: 'm8', observedAt: now });
    provideTestServices({ store: flowOf([click, sale], [traced]) });
    const { body } = await call(getTrace, '/api', { params: { traceId: '~talk' } });
    expect(body.traceId).toBe('trace-9');
    expect(body.nodes.map((node: { event: { id: string } }) => node.event.id).toSorted()).toEqual(['x', 'y', 'z']);
    expect(body.story.flow).toMatchObject({ rule: 'bridged', traceIds: ['trace-9'] });
  });

  it('an id that nothing carries is a clear 404', async () => {
    provideTestServices({ store: flowOf([]) });
    expect((await call(getTrace, '/api', { params: { traceId: '~nobody' } })).status).toBe(404);
  });
});

describe('one event', () => {
  it('whose id holds a percent sign is asked for by that id, however its address was handed over', async () => {
    const asked: string[] = [];
    provideTestServices({
      store: {
        event: async (id) => {
          asked.push(id);
          return null;
        },
      },
    });
    await call(getEvent, '/api', { params: { id: '100%2525' } });
    await call(getEvent, '/api', { params: { id: '100%2525' }, segments: 'decoded' });
    expect(asked).toEqual(['100%25', '100%25']);
  });

  it('comes with headers, unpacked body, the groups of its topic, and the letters it became', async () => {
    const event = anEvent({
      broker: 'kafka',
      channel: 'orders',
      messageId: 'm1',
      contentEncoding: 'gzip',
      body: new Uint8Array(gzipSync('{"a":1}')),
    });
    const letter = toEventRow(aDeadLetter({ messageId: 'm1', offset: 9 }));
    provideTestServices({
      store: {
        ...samples,
        event: async () => event,
        findId: async () => [
          { field: 'messageId', event: toEventRow(event) },
          { field: 'messageId', event: letter },
        ],
      },
    });
    const { body } = await call(getEvent, '/api', { params: { id: event.id } });
    expect(body).toMatchObject({
      row: { id: event.id },
      headers: [{ name: 'event-type', text: 'OrderPlaced' }],
      body: { kind: 'json', text: '{\n  "a": 1\n}' },
      deadLetters: [letter.id],
      inboxes: [{ inbox: 'orders@billing', evidence: 'declared' }],
    });
  });

  it('whose body does not unpack, or unpacks to a bomb, is shown as bytes with the reason', async () => {
    for (const body of [utf8('no gzip'), new Uint8Array(gzipSync(Buffer.alloc(50e6)))]) {
      provideTestServices({ store: { event: async () => anEvent({ contentEncoding: 'gzip', body }) } });
      expect((await call(getEvent, '/api', { params: { id: 'x' } })).body.body.problem).toContain(
        'Compressed (gzip): it cannot be unpacked',
      );
    }
  });

  it('that is unknown is a clear 404', async () => {
    provideTestServices();
    expect((await call(getEvent, '/api', { params: { id: 'x' } })).status).toBe(404);
  });
});

describe('the event before one', () => {
  const key = { name: 'order', value: 'o-1' };
  const of = (id: string, at: number, over: Partial<Parameters<typeof anEvent>[0]> = {}) =>
    anEvent({ broker: 'kafka', channel: 'orders', messageId: id, observedAt: now - at, businessKeys: [key], ...over });
  const third = of('m3', 1e6, { offset: 3 });
  const second = of('m2', 5e6, { offset: 2 });
  const first = of('m1', 9e6, { offset: 1, type: 'OrderChanged' });

  it('is the nearest of its type about the same thing, whole; the question is bounded', async () => {
    let asked: unknown;
    provideTestServices({
      store: {
        event: async (id) => [first, second, third].find((one) => one.id === id) ?? null,
        recentEvents: async (query) => {
          asked = query;
          return { rows: [third, second, first].map(toEventRow), next: null, cut: null };
        },
      },
    });
    const { status, body } = await call(getPrevious, '/api', { params: { id: third.id } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ key, event: { row: { id: second.id }, body: { kind: 'json' } } });
    expect(asked).toMatchObject({ businessKey: 'o-1', limit: 50, range: { from: third.observedAt - 86_400e6, to: third.observedAt + 1 } });
    expect((await call(getPrevious, '/api', { params: { id: first.id } })).body).toEqual({ key, event: null });
  });

  it('is none where the event has no key, and a clear 404 where the event itself is unknown', async () => {
    const lone = of('m4', 0, { businessKeys: [] });
    provideTestServices({ store: { event: async (id) => (id === lone.id ? lone : null) } });
    expect((await call(getPrevious, '/api', { params: { id: lone.id } })).body).toEqual({ key: null, event: null });
    const unknown = await call(getPrevious, '/api', { params: { id: '<script>' } });
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'not-found', text: 'No such event was seen.' } } });
    expect(JSON.stringify(unknown.body)).not.toContain('script');
  });

  it('[A12] an id that is too long is refused without being repeated', async () => {
    provideTestServices();
    for (const [handler, name] of [
      [getPrevious, 'id'],
      [getExport, 'traceId'],
    ] as const) {
      const answer = await call(handler, '/api', { params: { [name]: 'x'.repeat(1_001) } });
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad-request' } } });
      expect(answer.body.error.text).not.toContain('xxx');
    }
  });
});

describe('a trace as a file', () => {
  it('holds its tree and its events whole, those that are gone left out', async () => {
    const kept = anEvent({ messageId: 'm1' });
    const row = { ...placed, id: kept.id };
    provideTestServices({
      store: {
        eventsOfTrace: async (id) => ({ events: id === 'a/b' ? [row, paid] : [], cut: null }),
        event: async (id) => (id === kept.id ? kept : null),
      },
    });
    const { status, headers, body } = await call(getExport, '/api', { params: { traceId: 'a%2Fb' } });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ trace: { traceId: 'a/b' }, exportedAt: now });
    expect(body.trace.nodes).toHaveLength(2);
    expect(body.details.map((detail: { row: { id: string } }) => detail.row.id)).toEqual([kept.id]);
  });

  it('of 300 events holds all rows and the first 200 whole', async () => {
    const events = Array.from({ length: 300 }, (_, n) => anEventRow({ id: `e${n}`, messageId: `m${n}`, observedAt: now + n }));
    const whole = anEvent({});
    provideTestServices({ store: { eventsOfTrace: async () => ({ events, cut: null }), event: async () => whole } });
    const { body } = await call(getExport, '/api', { params: { traceId: 'long' } });
    expect([body.trace.nodes.length, body.details.length]).toEqual([300, 200]);
  });

  it('that was never seen is a clear 404; a store that is away is said', async () => {
    provideTestServices();
    expect(await call(getExport, '/api', { params: { traceId: 'nothing' } })).toMatchObject({
      status: 404,
      body: { error: { code: 'not-found', text: 'No such trace was seen.' } },
    });
    const away = async () => Promise.reject(new AppError('store-unreachable', 'secret address', { retryable: true }));
    provideTestServices({ store: { eventsOfTrace: away, event: away } });
    for (const [handler, name] of [
      [getPrevious, 'id'],
      [getExport, 'traceId'],
    ] as const) {
      const answer = await call(handler, '/api', { params: { [name]: 'x' } });
      expect(answer).toMatchObject({ status: 503, body: { error: { code: 'store-unreachable' } } });
      expect(JSON.stringify(answer.body)).not.toContain('secret');
    }
  });
});

describe('the topology', () => {
  it('draws brokers and traffic, and says what needs a look', async () => {
    provideTestServices({
      store: {
        ...samples,
        edges: async () => [
          { kind: 'publish', broker: 'kafka', source: 'web', channel: 'orders', inbox: null, count: 5, failed: 0, last: now },
        ],
        volume: async () => [{ at: now, events: 5, errors: 0 }],
        gaps: async () => [
          { tap: 'kafka', channel: 'orders', partition: 0, fromOffset: 1, toOffset: 2, count: 1, reason: 'codec', detail: '', at: now },
        ],
      },
    });
    const { body } = await call(getTopology, '/api/topology?from=-1h');
    expect(body.nodes.map((node: { id: string }) => node.id)).toEqual([
      'channel:kafka/orders',
      'inbox:kafka/orders@billing',
      'inbox:rabbit/mail',
      'inbox:rabbit/mail.dead',
      'service:mailer',
      'service:payment',
      'service:web',
    ]);
    expect(body).toMatchObject({
      at: now,
      seq: 0,
      pulse: [{ events: 5 }],
      gaps: [{ broker: 'kafka', count: 1 }],
      attention: [{ level: 'warn', href: '/settings' }],
    });
    const one = await call(getTopology, '/api/topology?brokers=rabbit');
    expect(one.body.nodes.every((node: { id: string }) => !node.id.includes('kafka'))).toBe(true);
  });

  it('gives the panel of a node; what is no node is a 404', async () => {
    let filter: unknown;
    provideTestServices({
      store: {
        edgeSeries: async (asked) => ((filter = asked), { name: 'events', unit: '/s', points: [] }),
        groupSeries: async () => [point],
        recentEvents: async () => ({ rows: [placed], next: null, cut: null }),
        deadLetterGroups: async () => ({
          groups: [{ broker: 'kafka', failedIn: 'orders@billing', cause: 'Timeout', count: 2 } as DeadLetterGroup],
          total: 2,
          cut: null,
        }),
      },
    });
    const { body } = await call(getDetail, `/api/topology/detail?id=${encodeURIComponent('inbox:kafka/orders@billing')}`);
    expect(filter).toEqual({ broker: 'kafka', kind: 'publish', channel: 'orders' });
    expect(body).toMatchObject({
      series: [{ name: 'events' }, { name: 'lag', points: [{ value: 4 }] }],
      recent: [{ id: 'a' }],
      causes: [{ cause: 'Timeout', count: 2 }],
    });
    expect((await call(getDetail, '/api/topology/detail?id=nonsense')).status).toBe(404);
  });
});

describe('lag and queues', () => {
  it('list each with verdict, services and reasons, without our own queue', async () => {
    provideTestServices({ store: samples });
    expect((await call(getLag, '/api/lag')).body.rows).toMatchObject([
      { point: { inbox: 'orders@billing', lag: 4 }, verdict: 'unknown', services: ['payment'] },
    ]);
    const { rows } = (await call(getQueues, '/api/queues?from=-1h')).body;
    expect(rows).toMatchObject([
      { point: { inbox: 'mail.dead' }, deadLetter: true },
      { point: { inbox: 'mail' }, kind: 'quorum', waitMs: 2000, services: ['mailer'] },
    ]);
    expect((await call(getQueues, '/api/queues?brokers=kafka')).body.rows).toEqual([]);
  });

  it('give one with its charts; an unknown one is a 404', async () => {
    const before = { ...point, at: now - 11e6, committed: 0, end: 4, lag: 4 };
    provideTestServices({
      store: {
        ...samples,
        groupSeries: async (_, inbox) => (inbox === point.inbox ? [before, point] : []),
        queueSeries: async (_, inbox) => (inbox === 'mail' ? [depth] : []),
      },
    });
    const lag = (await call(getLagDetail, '/api', { params: { broker: 'kafka', inbox: 'orders%40billing' } })).body;
    expect(lag).toMatchObject({ row: { consumeRate: 0.5 }, members: [{ service: 'payment', partitions: [0, 1] }] });
    expect(lag.series.map((one: { name: string; points: { value: number }[] }) => [one.name, one.points.at(-1)?.value])).toEqual([
      ['lag', 4],
      ['lag to the last stable offset', 4],
      ['taken', 0.5],
      ['published', 0.5],
    ]);
    expect((await call(getQueueDetail, '/api', { params: { broker: 'rabbit', queue: 'mail' } })).body).toMatchObject({
      deadLetterTo: 'mail.dead',
      consumers: [{ service: 'mailer', prefetch: 20 }],
    });
    expect((await call(getLagDetail, '/api', { params: { broker: 'kafka', inbox: 'x@y' } })).status).toBe(404);
    expect((await call(getQueueDetail, '/api', { params: { broker: 'kafka', queue: 'x' } })).status).toBe(404);
  });
});

describe('sagas', () => {
  const definition = { name: 'order', identifiedBy: 'business-key:order', start: ['OrderPlaced'], steps: [], end: [], timeoutMs: null };
  const instance = {
    definition: 'order',
    key: 'o-1',
    state: 'stuck',
    startedAt: now,
    changedAt: now,
    endedAt: null,
    waitingFor: 'pay',
    dueAt: now,
    traceIds: ['trace-1'],
    steps: [],
    facts: [{ eventId: 'a', messageId: null, type: 'OrderPlaced', at: now, traceId: null, deadLetter: false }],
    because: '',
  } as const;

  it('list definitions with counts and where they are stuck, and instances', async () => {
    provideTestServices({
      settings: { sagas: [definition] },
      store: {
        sagas: async () => ({ instances: [instance], cut: null }),
        sagaCounts: async () => [{ definition: 'order', state: 'stuck', count: 1, medianMs: null, p95Ms: null }],
      },
    });
    expect((await call(getSagas, '/api/sagas?state=stuck')).body).toMatchObject({
      definitions: [{ counts: { stuck: 1, running: 0 }, stuckAt: [{ step: 'pay', count: 1 }] }],
      instances: [{ key: 'o-1' }],
    });
    expect((await call(getSagas, '/api/sagas?key=nothing')).body.instances).toEqual([]);
    expect((await call(getSagas, '/api/sagas?state=lost')).status).toBe(400);
  });

  it('give one with its events and letters; an unknown one is a 404', async () => {
    const letter = { ...paid, deadLetter: true };
    provideTestServices({
      settings: { sagas: [definition] },
      store: {
        saga: async (_, key) => (key === 'o-1' ? instance : null),
        eventRows: async () => [placed],
        findId: async () => [{ field: 'businessKey order', event: letter }],
      },
    });
    expect((await call(getSaga, '/api', { params: { definition: 'order', key: 'o-1' } })).body).toMatchObject({
      instance: { key: 'o-1' },
      events: [{ id: 'a' }],
      deadLetters: [{ id: 'b' }],
      traces: ['trace-1'],
    });
    for (const params of [
      { definition: 'order', key: 'x' },
      { definition: 'x', key: 'o-1' },
    ])
      expect((await call(getSaga, '/api', { params })).status).toBe(404);
  });
});

describe('dead letters', () => {
  const original = anEvent({ messageId: 'm1', channel: 'orders', offset: 1, observedAt: now - 60e6 });
  const letter = aDeadLetter({
    messageId: 'm1',
    offset: 2,
    observedAt: now - 50e6,
    failure: aFailure({ lastOrigin: { ...noOrigin, inbox: 'orders@billing' } }),
  });
  const newer = anEventRow({ id: 'n', messageId: 'm9' });
  const record: ReplayRecord = {
    replayId: 'r',
    letter: letter.id,
    by: 'local',
    reason: 'fixed',
    intendedAt: 1,
    outcome: 'sent-and-marked',
    outcomeAt: 2,
    replayedAs: null,
  };

  it('list groups, and queues that can only be counted', async () => {
    provideTestServices({
      store: {
        ...samples,
        deadLetterGroups: async () => ({ groups: [{ id: 'g', broker: 'kafka', count: 3 } as DeadLetterGroup], total: 3, cut: null }),
      },
    });
    expect((await call(getLetters, '/api/dead-letters')).body).toMatchObject({
      groups: [{ id: 'g' }],
      total: 3,
      countedOnly: [{ broker: 'rabbit', inbox: 'mail.dead', ready: 7 }],
    });
    expect((await call(getLetters, '/api/dead-letters?brokers=rabbit')).body).toMatchObject({ groups: [], total: 0 });
  });

  it('list letters with what was done about each', async () => {
    provideTestServices({
      store: {
        deadLetters: async ({ group }) => ({ rows: group === 'g' ? [toEventRow(letter)] : [], next: null, cut: null }),
        replaysOf: async () => [record],
      },
    });
    expect((await call(getLetterPage, '/api/dead-letters/letters?group=g')).body.letters).toMatchObject([
      { event: { id: letter.id }, state: 'replayed', replays: [{ by: 'local' }] },
    ]);
  });

  it('give one with its original and what came after it; an event that is no letter is a 404', async () => {
    provideTestServices({
      store: {
        event: async (id) => (id === letter.id ? letter : id === original.id ? original : null),
        findId: async () => [
          { field: 'messageId', event: toEventRow(original) },
          { field: 'messageId', event: toEventRow(letter) },
        ],
        recentEvents: async () => ({ rows: [newer, toEventRow(letter)], next: null, cut: null }),
      },
    });
    expect((await call(getLetter, '/api', { params: { id: encodeURIComponent(letter.id) } })).body).toMatchObject({
      letter: { failure: { cause: 'CarrierTimeout' }, state: 'waiting' },
      original: { id: original.id },
      newer: [{ id: 'n' }],
    });
    expect((await call(getLetter, '/api', { params: { id: original.id } })).status).toBe(404);
  });
});

describe('taps', () => {
  it('come from the collector, and are the last known when it is gone', async () => {
    const { collector } = provideTestServices({ store: { size: async () => ({ events: 5, bytes: 700 }) } });
    collector.answer('tap-cards', async () => ({ taps: [{ tap: 'kafka' } as never] }));
    expect((await call(getTaps, '/api/taps')).body).toMatchObject({
      taps: [{ tap: 'kafka' }],
      store: { state: 'ready', events: 5 },
      collector: { present: true },
    });
    await collector.close();
    expect((await call(getTaps, '/api/taps')).body).toMatchObject({ taps: [], collector: { present: false } });
  });
});

describe('find', () => {
  it('[FI2] finds places by name and ids that were seen, each with where it leads', async () => {
    provideTestServices({
      store: {
        ...samples,
        findId: async (id) => (id === 'm1' ? [{ field: 'messageId', event: placed }] : []),
        names: async () => ({ services: ['web'], channels: [{ broker: 'kafka', channel: 'gone' }] }),
      },
      settings: { sagas: [{ name: 'mail order', identifiedBy: 'trace-id', start: [], steps: [], end: [], timeoutMs: null }] },
    });
    expect((await call(find, '/api/find?q=mail')).body.places).toMatchObject([
      { kind: 'inbox', title: 'mail', href: '/queues/rabbit/mail' },
      { kind: 'service', title: 'mailer' },
      { kind: 'inbox', title: 'mail.dead' },
      { kind: 'saga', title: 'mail order', href: '/sagas?definition=mail%20order' },
    ]);
    expect((await call(find, '/api/find?q=billing')).body.places).toMatchObject([{ href: '/lag/kafka/orders%40billing' }]);
    expect((await call(find, '/api/find?q=m1')).body.ids).toMatchObject([{ field: 'messageId', href: '/traces/trace-1?event=a' }]);
    expect((await call(find, '/api/find')).body).toEqual({ asked: '', ids: [], places: [] });
  });
});

describe('actions', () => {
  it('[A13] replay asks the collector on behalf of the local person, with a reason', async () => {
    const { collector } = provideTestServices();
    let asked: unknown;
    collector.answer('replay', async (request) => ((asked = request), { replayId: 'r', items: [], refused: null }));
    expect((await call(replay, '/api/replay', { body: { letters: ['d'], way: 'inbox', reason: ' fixed ' } })).body).toEqual({
      replayId: 'r',
      items: [],
      refused: null,
    });
    expect(asked).toEqual({ letters: ['d'], way: 'inbox', reason: 'fixed', by: 'local' });
  });

  it.each([
    {},
    { letters: [], reason: 'x' },
    { letters: ['d'] },
    { letters: ['d'], reason: '  ' },
    { letters: ['d'], reason: 'x', by: 'somebody' },
    { letters: Array.from({ length: 1001 }, () => 'd'), reason: 'x' },
    'no json',
    '{"letters":',
  ])('[A13] replay refuses %j', async (body) => {
    const { collector } = provideTestServices();
    collector.answer('replay', async () => Promise.reject(new Error('must not be asked')));
    expect((await call(replay, '/api/replay', { body })).status).toBe(400);
  });

  it('preview and retry ask the collector; a collector that is gone is said', async () => {
    const { collector } = provideTestServices();
    collector.answer('preview-replay', async ({ letters }) => ({ items: [], refusal: letters.join() }));
    collector.answer('retry-tap', async ({ tap }) => ({ ok: tap === 'kafka' }));
    expect((await call(preview, '/api', { body: { letters: ['d'] } })).body).toEqual({ items: [], refusal: 'd' });
    expect((await call(retryTap, '/api', { body: { tap: 'kafka' } })).body).toEqual({ ok: true });
    await collector.close();
    expect(await call(retryTap, '/api', { body: { tap: 'kafka' } })).toMatchObject({
      status: 503,
      body: { error: { code: 'collector-gone' } },
    });
  });

  it('the demo is played in the demo only', async () => {
    provideTestServices();
    expect((await call(getScenario, '/api')).status).toBe(404);
    const { collector } = provideTestServices({ settings: { demo: true } });
    const scenarios = [{ name: 'mixed', shows: 'all' }];
    collector.answer('demo-scenario', async ({ scenario }) => ({
      scenario: scenario || 'mixed',
      scenarios,
      state: 'playing',
      placed: 1,
      orders: null,
      differences: [],
    }));
    expect((await call(getScenario, '/api')).body).toMatchObject({ scenario: 'mixed', scenarios });
    expect((await call(postScenario, '/api', { body: { scenario: 'calm' } })).body.scenario).toBe('calm');
  });
});
