import { describe, expect, it } from 'vitest';
import { aDeadLetter, anEvent, fixtureNoon } from '@/lib/events/event.fixture';
import type { ObservedEvent } from '@/lib/events/observed-event';
import { announcementOf } from './announce-batch';
import { FollowedTraces } from './followed-traces';
import { TapMeter } from './tap-meter';

const batch = (events: readonly ObservedEvent[]) => ({
  tap: 't',
  broker: 'shop-kafka',
  epoch: 1,
  number: 7,
  events,
  gaps: [],
  offsets: new Map(),
});

describe('announcementOf', () => {
  it('[I8] at most 200 rows, dead letters among them, counts of all', () => {
    const events = Array.from({ length: 5_000 }, (_, index) => (index % 1000 === 13 ? aDeadLetter({ index }) : anEvent({ index })));
    const told = announcementOf(batch(events), 9);
    expect(told).toMatchObject({ tap: 't', batch: 7, storedAt: 9, events: 5_000, deadLetters: 5 });
    expect(told.rows.length).toBeLessThanOrEqual(200);
    expect(told.rows.filter(({ deadLetter }) => deadLetter)).toHaveLength(5);
    expect(told.rows.map(({ offset }) => offset)).toEqual(told.rows.map(({ offset }) => offset).sort((a, b) => (a ?? 0) - (b ?? 0)));
    expect(told.edges.find(({ kind }) => kind === 'publish')?.count).toBe(4_995);
    expect(announcementOf(batch(events.slice(0, 3)), 9).rows).toHaveLength(3);
  });
});

describe('FollowedTraces', () => {
  it('[I16] every event of a followed trace has its row in the announcement, until nobody asks any more', () => {
    let now = 0;
    const followed = new FollowedTraces(() => now);
    followed.follow(['looked-at']);
    const events = Array.from({ length: 5_000 }, (_, index) => anEvent({ index, traceId: index % 100 === 7 ? 'looked-at' : 'other' }));
    const told = announcementOf(batch(events), 9, followed);
    expect(told.rows.filter(({ traceId }) => traceId === 'looked-at')).toHaveLength(50);
    expect(told.rows.length).toBeLessThanOrEqual(250);
    expect(told.followed).toEqual(['looked-at']);
    now = 15_001;
    expect(announcementOf(batch(events), 9, followed)).toMatchObject({ followed: [] });
  });

  it('[I16] a flood in a followed trace is sampled, and it says so', () => {
    const followed = new FollowedTraces(() => 0);
    followed.follow(['looked-at']);
    const told = announcementOf(batch(Array.from({ length: 1_000 }, (_, index) => anEvent({ index, traceId: 'looked-at' }))), 9, followed);
    expect([told.rows.length, told.followed]).toEqual([200, []]);
  });
});

describe('TapMeter', () => {
  it('counts events a second over ten seconds, over fewer at the start, and forgets', () => {
    const meter = new TapMeter();
    const events = Array.from({ length: 50 }, (_, index) => anEvent({ index }));
    meter.add(events, [], fixtureNoon);
    expect(meter.rate(fixtureNoon)).toBe(50);
    meter.add(events, [], fixtureNoon + 4e6);
    expect(meter.rate(fixtureNoon + 4e6)).toBe(20);
    expect(meter.rate(fixtureNoon + 9e6)).toBe(10);
    expect(meter.rate(fixtureNoon + 60e6)).toBe(0);
    expect(meter.stored).toBe(100);
  });

  it('says how old the newest event was, by Kafka’s clock where it can be true, by our own look on RabbitMQ', () => {
    const meter = new TapMeter();
    const age = (event: ObservedEvent) => {
      meter.add([event], [], fixtureNoon + 5e6);
      return meter.behindMs;
    };
    expect(age(anEvent({ publishedAt: fixtureNoon }))).toBe(5000);
    expect(age(anEvent({ publishedAt: 1, observedAt: fixtureNoon + 4e6 }))).toBe(1000);
    expect(age(anEvent({ system: 'rabbitmq', publishedAt: fixtureNoon - 9e9, observedAt: fixtureNoon + 4e6 }))).toBe(1000);
  });
});
