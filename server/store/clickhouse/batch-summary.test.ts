import { describe, expect, it } from 'vitest';
import { aDeadLetter, aFailure, anEvent, fixtureNoon, noOrigin } from '@/lib/events/event.fixture';
import { summarizeBatch } from './batch-summary';

const head = { tap: 't', broker: 'b', epoch: 1, number: 7, offsets: new Map(), at: 5, storedAt: 6 };

describe('the summary of a batch', () => {
  it('[S4] counts one publish or dead-letter per event and one route per inbox, by second', () => {
    const events = [
      anEvent({ observedAt: fixtureNoon, inboxes: [{ inbox: 'q', evidence: 'seen' }] }),
      anEvent({ observedAt: fixtureNoon + 900_000 }),
      anEvent({ observedAt: fixtureNoon + 1_000_000, source: null }),
      aDeadLetter({ observedAt: fixtureNoon + 1_500_000, failure: aFailure({ lastOrigin: { ...noOrigin, inbox: 'q' } }) }),
    ];
    const [account] = summarizeBatch(events, head);
    const second = fixtureNoon / 1_000_000;
    expect(account).toMatchObject({ traceId: '', first: fixtureNoon, last: fixtureNoon + 1_500_000, events: 4, errors: 1 });
    expect(
      account?.edges.map((edge) => [edge.kind, edge.bucket - second, edge.source, edge.channel, edge.inbox, edge.count, edge.failed]),
    ).toEqual([
      ['publish', 0, 'orders', 'orders', '', 2, 0],
      ['route', 0, '', 'orders', 'q', 1, 0],
      ['publish', 1, '', 'orders', '', 1, 0],
      ['dead-letter', 1, '', 'orders.dlq', 'q', 1, 1],
    ]);
  });

  it('has a row for each trace, titled by its first event, whatever the order of arrival', () => {
    const events = [
      anEvent({ traceId: 'x', observedAt: fixtureNoon + 2, type: 'Second', source: 'b' }),
      anEvent({ traceId: 'x', observedAt: fixtureNoon + 1, type: 'First', source: 'a' }),
      aDeadLetter({ traceId: 'y', observedAt: fixtureNoon }),
      anEvent({ traceId: null }),
    ];
    const [, ...traces] = summarizeBatch(events, head);
    expect(
      traces.map((row) => [row.traceId, row.title, row.events, row.errors, row.first - fixtureNoon, row.last - fixtureNoon, row.services]),
    ).toEqual([
      ['x', 'First', 2, 0, 1, 2, ['b', 'a']],
      ['y', 'OrderPlaced', 1, 1, 0, 0, ['orders']],
    ]);
  });

  it('of a batch without events says when it was and where the tap stands', () => {
    const [account, ...rest] = summarizeBatch([], { ...head, offsets: new Map([['orders', new Map([[0, 9]])]]) });
    expect(account).toMatchObject({ first: 5, last: 5, events: 0, edges: [], offsets: [{ channel: 'orders', partition: 0, next: 9 }] });
    expect(rest).toEqual([]);
  });
});
