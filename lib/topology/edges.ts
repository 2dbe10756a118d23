import type { BrokerName, ChannelName, EventId, InboxName, ServiceName } from '@/lib/events/names';
import type { EdgeCount } from '@/lib/contract/bus-messages';
import type { Failure, RoutedInbox } from '@/lib/events/observed-event';

/**
 * What one event says about the lines between the nodes. Both halves count with this file, so a live rate and a stored count mean the same.
 * [E1] An event is one publish (source → channel), or, on a dead-letter channel, one dead-letter (the inbox it died in → channel): a broker or
 * a framework put it there, not the service that once made it.
 * [E2] Besides, it is one route (channel → inbox) for each inbox it went to.
 * [E3] `failed` is the count of dead letters: all of a dead-letter edge, none of a publish edge, on a route those that are dead letters.
 */
export interface EdgeEvent {
  readonly id?: EventId;
  readonly channel: ChannelName;
  readonly source: ServiceName | null;
  readonly inboxes: readonly RoutedInbox[];
  readonly deadLetter: boolean;
  readonly failure: Pick<Failure, 'lastOrigin'> | null;
}

/** Text that tells two edges apart; broker first, so that two brokers' channels of one name stay two. */
export function edgeKey(broker: BrokerName, kind: EdgeCount['kind'], source: ServiceName | null, channel: ChannelName, inbox: InboxName | null): string {
  return `${kind}\n${broker}\n${source ?? ''}\n${channel}\n${inbox ?? ''}`;
}

/** Counts per edge of one broker's events, in order of first sight. */
export function countEdges(events: readonly EdgeEvent[]): EdgeCount[] {
  const counts = new Map<string, Counter>();
  for (const event of events) {
    const { channel, deadLetter } = event;
    if (deadLetter) add(counts, `d\n${channel}\n${event.failure?.lastOrigin.inbox ?? ''}`, 'dead-letter', null, channel, event.failure?.lastOrigin.inbox ?? null, true);
    else add(counts, `p\n${channel}\n${event.source ?? ''}`, 'publish', event.source, channel, null, false);
    for (const { inbox } of event.inboxes) add(counts, `r\n${channel}\n${inbox}`, 'route', null, channel, inbox, deadLetter);
  }
  return [...counts.values()];
}

type Counter = { -readonly [K in keyof EdgeCount]: EdgeCount[K] };

function add(counts: Map<string, Counter>, key: string, kind: EdgeCount['kind'], source: ServiceName | null, channel: ChannelName, inbox: InboxName | null, failed: boolean): void {
  const counter = counts.get(key);
  if (counter === undefined) counts.set(key, { kind, source, channel, inbox, count: 1, failed: failed ? 1 : 0 });
  else {
    counter.count++;
    if (failed) counter.failed++;
  }
}
