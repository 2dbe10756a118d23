import type { BrokerName, InboxName, Micros, ServiceName } from '@/lib/events/names';
import { groupOfInbox } from '@/lib/events/names';
import type { EventConsumption } from '@/lib/contract/trace-story';
import type { EventRow, TraceNode } from '@/lib/contract/traces';
import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';

/** What is known of the inboxes around a trace. Samples are in the order of time. */
export interface InboxFacts {
  /** All groups of a topic, as sampled. */
  groupsOf(broker: BrokerName, topic: string): ReadonlyMap<InboxName, readonly GroupPoint[]>;
  queueSamples(broker: BrokerName, queue: InboxName): readonly QueuePoint[];
  /** The broker was looked at after the last sample of this inbox, and it was no longer there. */
  isGone(broker: BrokerName, inbox: InboxName): boolean;
  /** A stream keeps what was read. */
  isStream(broker: BrokerName, queue: InboxName): boolean;
  /** Who reads a queue, by its connections. */
  servicesOf(broker: BrokerName, inbox: InboxName): readonly ServiceName[];
}

/** RabbitMQ tells the depth of a queue some seconds late (its statistics, and our own memory of them): an earlier "empty" may be from before the event. */
export const SETTLED_AFTER = 15_000_000;

type State = Pick<EventConsumption, 'state' | 'from' | 'to' | 'behind' | 'why'>;

/**
 * Who has consumed what (docs/spec/traces.md, C1–C6). A broker does not tell when a message was taken. Kafka: a group was past an event between
 * the last sample that had committed at most its offset and the first that had more. RabbitMQ: the first event that a queue's only reader
 * caused, its dead letter, or a sample that saw the queue empty.
 */
export function consumptionOf(nodes: readonly TraceNode[], facts: InboxFacts): readonly EventConsumption[] {
  const children = new Map<string, EventRow[]>();
  for (const { event, parent } of nodes) if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), event]);
  return nodes.flatMap(({ event }) =>
    event.system === 'kafka' ? ofGroups(event, facts) : ofQueues(event, children.get(event.id) ?? [], facts),
  );
}

function ofGroups(event: EventRow, facts: InboxFacts): readonly EventConsumption[] {
  if (event.offset === null || event.partition === null) return [];
  const groups = [...facts.groupsOf(event.broker, event.channel)];
  const wasLookedAt = groups.some(([, samples]) => (samples[0]?.at ?? Infinity) <= event.observedAt);
  return groups.map(([inbox, samples]) => {
    const wasReading = samples.some(({ at, members }) => at <= event.observedAt && members !== 0);
    return {
      event: event.id,
      inbox,
      evidence: 'declared',
      ...ofGroup(event, samples, { isNew: wasLookedAt && !wasReading, isGone: facts.isGone(event.broker, inbox) }),
    };
  });
}

/** `isNew`: others of the topic were sampled when the event was published, and this one was not there or nobody was in it. */
function ofGroup(
  event: EventRow,
  samples: readonly GroupPoint[],
  { isNew, isGone }: { readonly isNew: boolean; readonly isGone: boolean },
): State {
  const partition = event.partition ?? 0;
  const offset = event.offset ?? 0;
  const points = samples.flatMap(({ at, members, partitions }) => {
    const own = partitions.find((one) => one.partition === partition);
    return own === undefined || own.committed === null ? [] : [{ at, members, committed: own.committed, logStart: own.logStart }];
  });
  const newest = points.at(-1);
  const group = groupOfInbox(samples[0]?.inbox ?? '').group ?? 'the group';
  if (newest === undefined) {
    if (isGone) return state('unknown', `group ${group} is no longer there; it had committed nothing on partition ${partition}`);
    const known = samples.at(-1);
    return known?.members === 0
      ? state('no-members', `group ${group} has no members and committed nothing here`)
      : state(
          'unknown',
          known === undefined ? 'no sample of this group' : `group ${group} has committed nothing on partition ${partition}`,
        );
  }
  const past = points.findIndex(({ at, committed }) => at >= event.observedAt && committed > offset);
  if (past < 0) {
    const behind = Math.max(0, offset - newest.committed);
    const why = `group ${group} has committed ${newest.committed}, this is offset ${offset}`;
    if (newest.committed > offset) return state('skipped-or-consumed', why);
    if (isGone)
      return state('unknown', `group ${group} is no longer there; it had committed ${newest.committed}, this is offset ${offset}`);
    if (newest.logStart !== null && newest.logStart > offset)
      return state('skipped-or-consumed', `${why}; the topic begins at ${newest.logStart} by now: deleted before it was read`);
    return { ...state(newest.members === 0 ? 'no-members' : 'not-yet', newest.members === 0 ? `${why}; it has no members` : why), behind };
  }
  const at = points[past];
  const before = points.slice(0, past).findLast(({ committed }) => committed <= offset);
  // The first sample after it already stands past it: taken in between, or the group was put there.
  const jumped = before === undefined && points.slice(0, past).some(({ committed }) => committed > offset);
  if (jumped) return state('skipped-or-consumed', `group ${group} stood past offset ${offset} before it was published`);
  if (before === undefined && isNew)
    return state(
      'skipped-or-consumed',
      `group ${group} was not reading when this was published; the first offset seen of it, ${at?.committed}, is past ${offset}`,
    );
  if (before !== undefined && before.members === 0 && at?.members === 0)
    return state(
      'skipped-or-consumed',
      `group ${group} had no members while it went from ${before.committed} to ${at.committed}, past offset ${offset}: set by hand, or read by somebody who came and went`,
    );
  const from = before === undefined ? null : Math.max(before.at, event.observedAt);
  return {
    state: 'consumed-between',
    from,
    to: at?.at ?? null,
    behind: null,
    why: `group ${group} had committed ${at?.committed}, past offset ${offset}`,
  };
}

function ofQueues(event: EventRow, effects: readonly EventRow[], facts: InboxFacts): readonly EventConsumption[] {
  return event.inboxes.map(({ inbox, evidence }) => ({ event: event.id, inbox, evidence, ...ofQueue(event, inbox, effects, facts) }));
}

function ofQueue(event: EventRow, inbox: InboxName, effects: readonly EventRow[], facts: InboxFacts): State {
  const letter = effects.find((effect) => effect.deadLetter && (effect.diedIn ?? inbox) === inbox);
  if (letter) return { ...state('dead-lettered', `a dead letter of it was seen on ${letter.channel}`), to: letter.observedAt };
  const again = effects.find(({ diedIn }) => diedIn === inbox);
  if (again)
    return {
      state: 'consumed-between',
      from: event.observedAt,
      to: again.observedAt,
      behind: null,
      why: `it left the queue (${again.failureCause ?? 'dead-lettered'}) and was seen again on ${again.channel}`,
    };
  const readers = facts.servicesOf(event.broker, inbox);
  const elsewhere = new Set(
    event.inboxes.filter((other) => other.inbox !== inbox).flatMap((other) => facts.servicesOf(event.broker, other.inbox)),
  );
  const effect = effects.find(
    ({ source, deadLetter }) => !deadLetter && source !== null && readers.includes(source) && !elsewhere.has(source),
  );
  if (effect)
    return {
      state: 'consumed-between',
      from: event.observedAt,
      to: effect.observedAt,
      behind: null,
      why: `${effect.source} published ${effect.type ?? 'an event'} because of it`,
    };
  if (facts.isStream(event.broker, inbox))
    return state('unknown', 'a stream keeps what was read, and RabbitMQ does not tell how far its readers are');
  const after = facts.queueSamples(event.broker, inbox).filter(({ at }) => at > event.observedAt);
  const empty = after.find(
    ({ at, ready, unacked, by }) => ready === 0 && unacked === 0 && (by === 'engine' || at >= event.observedAt + SETTLED_AFTER),
  );
  if (empty)
    return {
      state: 'consumed-between',
      from: event.observedAt,
      to: empty.at,
      behind: null,
      why: 'the queue was empty by then: taken, or it expired',
    };
  const newest = after.at(-1);
  if (newest === undefined) return state('unknown', 'RabbitMQ does not tell, and no sample of this queue is newer');
  if (newest.consumers === 0 && newest.ready !== null && newest.ready > 0)
    return { ...state('no-members', `nobody reads the queue; ${newest.ready} wait in it`), behind: newest.ready };
  if (newest.ready === 0 && (newest.unacked ?? 0) > 0)
    return state('unknown', `${newest.unacked} are with consumers and not acknowledged: RabbitMQ does not tell which`);
  if (newest.ready === 0) return state('unknown', 'RabbitMQ tells the depth of a queue some seconds late: not known yet');
  return state('unknown', `the queue was never seen empty since: ${newest.ready ?? 'some'} wait in it, RabbitMQ does not tell which`);
}

const state = (name: EventConsumption['state'], why: string): State => ({
  state: name,
  from: null,
  to: null as Micros | null,
  behind: null,
  why,
});
