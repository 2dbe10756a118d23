import type { BrokerName, BrokerSystem, ChannelName, EventId, Evidence, InboxName, Micros, ServiceName } from '@/lib/events/names';
import { groupOfInbox } from '@/lib/events/names';
import type { RoutedInbox } from '@/lib/events/observed-event';
import type { TopologyView } from '@/lib/contract/topology';
import type { EventConsumption } from '@/lib/contract/trace-story';
import type { EventRow, TraceNode } from '@/lib/contract/traces';
import { laneBars, type Attempt, type LaneBar } from './lane-bars';
import { momentOf } from './moment-of';
import { noStory, type StoryLookup } from './read-story';

/**
 * Rows of the waterfall: every event, and under it the inboxes it went to, and under an inbox what its consumer did next.
 *
 * A broker does not tell when a message was taken. So a bar is one piece from the publish to the first thing that is known to follow from
 * this inbox: an event of its only consumer, or its dead letter. Where nothing followed there is no end, and none is drawn.
 *
 * A retry or a replay of an event stands on the row of the inbox that got it again, where that is known.
 *
 * [TL5] every node gives exactly one event row, or one attempt on a row; rows in the order of the nodes for each parent. [TL6] an effect hangs under an inbox only when
 * exactly one inbox of its cause can have made it. [TL7] a bar ends at an event that was seen, or nowhere.
 */
export type TimelineRow = EventTimelineRow | InboxTimelineRow;

interface TreePlace {
  readonly key: string;
  readonly depth: number;
  /** For each level above, at most `deepestIndent`: the line goes on below this row. */
  readonly guides: readonly boolean[];
  readonly last: boolean;
}

export interface EventTimelineRow extends TreePlace {
  readonly kind: 'event';
  readonly node: TraceNode;
  readonly at: Micros;
  readonly mark: 'event' | 'retry' | 'dead-letter' | 'replay';
  /** `R1` is the first replay in the trace. */
  readonly replay: number | null;
}

export interface InboxTimelineRow extends TreePlace {
  readonly kind: 'inbox';
  readonly event: EventId;
  readonly broker: BrokerName;
  readonly system: BrokerSystem;
  readonly inbox: InboxName;
  readonly title: string;
  readonly evidence: Evidence;
  /** `null`: the wiring was not read yet. */
  readonly services: readonly ServiceName[] | null;
  readonly from: Micros;
  /** `null`: nothing is known to have followed. */
  readonly to: Micros | null;
  readonly until: 'effect' | 'dead-letter' | null;
  readonly bars: readonly LaneBar[];
  readonly attempts: readonly Attempt[];
  readonly consumption: EventConsumption | null;
}

/** What is wired around the events, as the broker declares it now. */
export interface TraceWiring {
  /** False until it was read: then a consumer is not unknown, it is not asked for yet. */
  readonly known: boolean;
  inboxesOf(broker: BrokerName, channel: ChannelName): readonly RoutedInbox[];
  servicesOf(broker: BrokerName, inbox: InboxName): readonly ServiceName[];
  deadLetterChannelOf(broker: BrokerName, inbox: InboxName): ChannelName | null;
}

export const noWiring: TraceWiring = { known: false, inboxesOf: () => [], servicesOf: () => [], deadLetterChannelOf: () => null };

export function timelineRows(nodes: readonly TraceNode[], wiring: TraceWiring = noWiring, story: StoryLookup = noStory): TimelineRow[] {
  const known = new Set(nodes.map((node) => node.event.id));
  const children = new Map<EventId | null, TraceNode[]>();
  for (const node of nodes) push(children, node.parent !== null && known.has(node.parent) ? node.parent : null, node);
  const replays = numberReplays(nodes);
  const folded = new Set<EventId>();
  const context: Context = { children, wiring, replays, story, folded };
  const rows: Draft[] = [];
  // A stack of our own: a trace of 10,000 events in one chain would exhaust the engine's.
  const open: Draft[] = (children.get(null) ?? []).toReversed().map((node) => eventDraft(node, 0, replays));
  while (open.length > 0) {
    const draft = open.pop();
    if (!draft) break;
    rows.push(draft);
    const below = draft.kind === 'event' ? belowEvent(draft, context) : draft.effects;
    for (const next of below.toReversed()) open.push(next);
  }
  return withGuides(rows);
}

type EventDraft = Omit<EventTimelineRow, 'guides' | 'last'>;
type InboxDraft = Omit<InboxTimelineRow, 'guides' | 'last'> & { readonly effects: readonly EventDraft[] };
type Draft = EventDraft | InboxDraft;

function eventDraft(node: TraceNode, depth: number, replays: ReadonlyMap<EventId, number>): EventDraft {
  const replay = replays.get(node.event.id) ?? null;
  const mark = replay !== null ? 'replay' : node.event.deadLetter ? 'dead-letter' : (node.event.attempt ?? 1) > 1 ? 'retry' : 'event';
  return { kind: 'event', key: node.event.id, depth, node, at: momentOf(node.event).at, mark, replay };
}

interface Context {
  readonly children: ReadonlyMap<EventId | null, readonly TraceNode[]>;
  readonly wiring: TraceWiring;
  readonly replays: ReadonlyMap<EventId, number>;
  readonly story: StoryLookup;
  /** Events that stand as an attempt on another row. */
  readonly folded: Set<EventId>;
}

function belowEvent(row: EventDraft, context: Context): Draft[] {
  const { event } = row.node;
  const { wiring, replays, story } = context;
  const effects = (context.children.get(event.id) ?? []).filter((node) => !context.folded.has(node.event.id));
  const inboxes = inboxesOf(event, wiring);
  const held = new Map<InboxName, TraceNode[]>(inboxes.map(({ inbox }) => [inbox, []]));
  const loose: TraceNode[] = [];
  for (const effect of effects) {
    const inbox = inboxAgain(effect, event, inboxes, wiring) ?? inboxThatMade(effect, event, inboxes, wiring);
    (inbox === null ? loose : (held.get(inbox) ?? loose)).push(effect);
  }
  const below: Draft[] = inboxes.map(({ inbox, evidence }) => {
    const { attempts, made } = attemptsOf(held.get(inbox) ?? [], event, { inbox, evidence }, context);
    const first = made.toSorted((a, b) => momentOf(a.event).at - momentOf(b.event).at)[0];
    const consumption = story.consumptionOf(event.id, inbox);
    return {
      kind: 'inbox',
      key: `${event.id} > ${inbox}`,
      depth: row.depth + 1,
      event: event.id,
      broker: event.broker,
      system: event.system,
      inbox,
      title: groupOfInbox(inbox).group,
      evidence,
      services: wiring.known ? wiring.servicesOf(event.broker, inbox) : null,
      from: row.at,
      to: first ? Math.max(row.at, momentOf(first.event).at) : null,
      until: first ? (first.event.deadLetter ? 'dead-letter' : 'effect') : null,
      bars: laneBars({ event: event.id, at: row.at, consumption, attempts, effects: made }),
      attempts,
      consumption,
      effects: made.map((node) => eventDraft(node, row.depth + 2, replays)),
    };
  });
  return [...below, ...loose.map((node) => eventDraft(node, row.depth + 1, replays))];
}

/** Retries and replays that this inbox got of this event stand on its row; what follows from them follows from the inbox. */
function attemptsOf(
  given: readonly TraceNode[],
  cause: EventRow,
  { inbox, evidence }: RoutedInbox,
  { children, replays, wiring, folded }: Context,
): { readonly attempts: readonly Attempt[]; readonly made: readonly TraceNode[] } {
  const attempts: Attempt[] = [];
  const made: TraceNode[] = [];
  const open = [...given];
  const again = (node: TraceNode): boolean => inboxAgain(node, cause, [{ inbox, evidence }], wiring) === inbox;
  for (let node = open.shift(); node; node = open.shift()) {
    const below = children.get(node.event.id) ?? [];
    if (again(node)) {
      folded.add(node.event.id);
      attempts.push({ node, replay: replays.get(node.event.id) ?? null });
      open.push(...below);
      continue;
    }
    made.push(node);
    if (node.event.deadLetter) open.push(...below.filter((next) => next.joinedBy === 'replay' && again(next)));
  }
  return { attempts: attempts.toSorted((a, b) => momentOf(a.node.event).at - momentOf(b.node.event).at), made };
}

/** The inbox that got `event` again by a retry or a replay of it: the only one of its inboxes that the copy went to. */
function inboxAgain(copy: TraceNode, event: EventRow, inboxes: readonly RoutedInbox[], wiring: TraceWiring): InboxName | null {
  const { event: again, joinedBy } = copy;
  const retried = again.messageId !== null && again.messageId === event.messageId && (again.attempt ?? 1) > 1;
  if (again.deadLetter || again.broker !== event.broker || (!retried && joinedBy !== 'replay')) return null;
  const went = again.inboxes.length > 0 ? again.inboxes : wiring.inboxesOf(again.broker, again.channel);
  // A retry topic is another topic of the same group.
  const reached = new Set(went.map(({ inbox }) => groupOfInbox(inbox).group));
  const candidates = inboxes.filter(({ inbox }) => reached.has(groupOfInbox(inbox).group));
  return candidates.length === 1 && reached.size === 1 ? (candidates[0]?.inbox ?? null) : null;
}

/** A dead letter's own queue is where it stands, not a consumer that worked on it: it gets a row only when somebody takes from it. */
function inboxesOf(event: EventRow, wiring: TraceWiring): readonly RoutedInbox[] {
  const inboxes = event.inboxes.length > 0 ? event.inboxes : wiring.inboxesOf(event.broker, event.channel);
  return event.deadLetter ? inboxes.filter(({ inbox }) => wiring.servicesOf(event.broker, inbox).length > 0) : inboxes;
}

function inboxThatMade(effect: TraceNode, cause: EventRow, inboxes: readonly RoutedInbox[], wiring: TraceWiring): InboxName | null {
  if (effect.joinedBy === 'replay') return null;
  const only = (candidates: readonly RoutedInbox[]): InboxName | null => (candidates.length === 1 ? (candidates[0]?.inbox ?? null) : null);
  if (effect.event.deadLetter && effect.event.broker === cause.broker) {
    const wired = inboxes.filter(({ inbox }) => wiring.deadLetterChannelOf(cause.broker, inbox) === effect.event.channel);
    // Several share the exchange for their letters: then the letter's routing key is often the name of its queue.
    const named = wired.filter(({ inbox }) => inbox === effect.event.routingKey);
    const died = only(wired) ?? only(named);
    if (died !== null) return died;
  }
  const { source } = effect.event;
  return source === null ? null : only(inboxes.filter(({ inbox }) => wiring.servicesOf(cause.broker, inbox).includes(source)));
}

function numberReplays(nodes: readonly TraceNode[]): ReadonlyMap<EventId, number> {
  const replays = nodes.filter(({ event }) => event.replayId !== null).toSorted((a, b) => momentOf(a.event).at - momentOf(b.event).at);
  return new Map(replays.map(({ event }, index) => [event.id, index + 1]));
}

/** Deeper rows stand on this level, so that a chain of thousands stays readable and cheap. */
export const deepestIndent = 16;

/** From the bottom up: a level's line goes on while a later row stands on that level. */
function withGuides(drafts: readonly Draft[]): TimelineRow[] {
  const open: boolean[] = [];
  const rows: TimelineRow[] = [];
  for (const draft of drafts.toReversed()) {
    const guides = Array.from({ length: Math.min(draft.depth, deepestIndent) }, (_, level) => open[level] ?? false);
    const last = !(open[draft.depth] ?? false);
    while (open.length <= draft.depth) open.push(false);
    open.length = draft.depth + 1;
    open[draft.depth] = true;
    if (draft.kind === 'event') rows.push(Object.assign(draft, { guides, last }));
    else {
      const { effects: _effects, ...row } = draft;
      rows.push({ ...row, guides, last });
    }
  }
  return rows.reverse();
}

/** Reads the wiring out of the topology's picture: route, consume and dead-letter edges. */
export function wiringOf({ nodes, edges }: Pick<TopologyView, 'nodes' | 'edges'>): TraceWiring {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const topics = new Set(
    nodes.flatMap((node) => (node.kind === 'channel' && node.system === 'kafka' ? [`${node.broker}/${node.title}`] : [])),
  );
  const inboxes = new Map<string, RoutedInbox[]>();
  const services = new Map<string, ServiceName[]>();
  const letters = new Map<string, ChannelName>();
  for (const edge of edges) {
    const from = byId.get(edge.from);
    const to = byId.get(edge.to);
    if (edge.kind === 'route' && from?.kind === 'channel' && to?.kind === 'inbox') {
      push(inboxes, `${from.broker}/${from.title}`, { inbox: to.inbox, evidence: edge.evidence[0]?.kind ?? 'declared' });
    } else if (edge.kind === 'consume' && from?.kind === 'inbox' && to?.kind === 'service') {
      push(services, `${from.broker}/${from.inbox}`, to.title);
    } else if (edge.kind === 'dead-letter' && from?.kind === 'inbox' && to?.kind === 'channel') {
      letters.set(`${from.broker}/${from.inbox}`, to.title);
    }
  }
  return {
    known: true,
    // A RabbitMQ event says itself where it went (its routing key decides); only a Kafka topic leads to all of its groups.
    inboxesOf: (broker, channel) => (topics.has(`${broker}/${channel}`) ? (inboxes.get(`${broker}/${channel}`) ?? []) : []),
    servicesOf: (broker, inbox) => services.get(`${broker}/${inbox}`) ?? [],
    deadLetterChannelOf: (broker, inbox) => letters.get(`${broker}/${inbox}`) ?? null,
  };
}

function push<K, T>(map: Map<K, T[]>, key: K, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
