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
export function edgeKey(
  broker: BrokerName,
  kind: EdgeCount['kind'],
  source: ServiceName | null,
  channel: ChannelName,
  inbox: InboxName | null,
): string {
  return `${kind}\n${broker}\n${source ?? ''}\n${channel}\n${inbox ?? ''}`;
}

/**
 * Counts per edge of one broker's events: publishes and dead letters, then routes, each in order of first sight. Once per event of a busy tap,
 * so no text is put together per event, and the routes of one list (Kafka's records of a topic share theirs) are counted once per list.
 */
export function countEdges(events: readonly EdgeEvent[]): EdgeCount[] {
  const published = new Map<ChannelName, Map<ServiceName | null, Counter>>();
  const died = new Map<ChannelName, Map<InboxName | null, Counter>>();
  const lists = new Map<readonly RoutedInbox[], Map<ChannelName, { count: number; failed: number }>>();
  for (const event of events) {
    const { channel, deadLetter, inboxes } = event;
    if (deadLetter) {
      const inbox = event.failure?.lastOrigin.inbox ?? null;
      add(under(died, channel), inbox, 'dead-letter', null, channel, inbox, 1, 1);
    } else add(under(published, channel), event.source, 'publish', event.source, channel, null, 1, 0);
    if (inboxes.length === 0) continue;
    const list = under(lists, inboxes);
    const seen = list.get(channel);
    if (seen === undefined) list.set(channel, { count: 1, failed: deadLetter ? 1 : 0 });
    else {
      seen.count++;
      if (deadLetter) seen.failed++;
    }
  }
  const routed = new Map<ChannelName, Map<InboxName, Counter>>();
  for (const [inboxes, channels] of lists)
    for (const [channel, { count, failed }] of channels)
      for (const { inbox } of inboxes) add(under(routed, channel), inbox, 'route', null, channel, inbox, count, failed);
  return [published, died, routed].flatMap((kind) => [...kind.values()].flatMap((counters) => [...counters.values()]));
}

type Counter = { -readonly [K in keyof EdgeCount]: EdgeCount[K] };

function under<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const found = maps.get(key);
  if (found !== undefined) return found;
  const made = new Map<L, V>();
  maps.set(key, made);
  return made;
}

function add<K>(
  counters: Map<K, Counter>,
  key: K,
  kind: EdgeCount['kind'],
  source: ServiceName | null,
  channel: ChannelName,
  inbox: InboxName | null,
  count: number,
  failed: number,
): void {
  const counter = counters.get(key);
  if (counter === undefined) counters.set(key, { kind, source, channel, inbox, count, failed });
  else {
    counter.count += count;
    counter.failed += failed;
  }
}
