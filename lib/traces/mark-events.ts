import type { EventId } from '@/lib/events/names';
import type { EventMark } from '@/lib/contract/trace-story';
import type { EventRow, TraceNode } from '@/lib/contract/traces';
import { formatDuration } from '@/lib/time/format';
import { CIRCLE } from './assemble-trace';
import { type ChannelHabits, noHabits } from './channel-habits';
import { inOurOrder } from './in-our-order';
import { joiningKeys } from './joining-keys';
import { namingStyleOf, styleInWords } from './naming-style';
import { drifts } from './version-drift';

/**
 * What about the events of one trace deserves a word (docs/spec/traces.md, M1–M7), also against what is usual on its channels.
 */
export function markEvents(nodes: readonly TraceNode[], habits: ChannelHabits = noHabits): readonly EventMark[] {
  const events = nodes.map(({ event }) => event).toSorted(inOurOrder);
  return [
    ...duplicates(events),
    ...outOfOrder(events),
    ...drifts(events, habits),
    ...names(events, habits),
    ...nodes.flatMap(ofTree),
    ...unsampled(events),
    ...moreRoots(nodes),
  ];
}

/** [M1] A message id twice is a duplicate, unless a retry, a dead letter or a replay says why. */
function* duplicates(events: readonly EventRow[]): Generator<EventMark> {
  const first = new Map<string, EventRow>();
  for (const event of events) {
    const { messageId, deadLetter, replayId, attempt, diedIn = null } = event;
    if (messageId === null || deadLetter || replayId !== null || (attempt ?? 1) > 1 || diedIn !== null) continue;
    const other = first.get(messageId);
    if (other === undefined) first.set(messageId, event);
    else if (!isHop(other, event))
      yield {
        event: event.id,
        kind: 'duplicate',
        text: `message id ${messageId} was already published to ${other.channel}`,
        other: other.id,
      };
  }
}

/** The same span on another channel of one broker is one publish that was routed on, not a second one. */
const isHop = (a: EventRow, b: EventRow): boolean =>
  a.broker === b.broker && a.channel !== b.channel && a.spanId !== null && a.spanId === b.spanId && a.publishedAt === b.publishedAt;

/** [M2] Whole-number versions of one business key and source that otherwise only grow: a lower one came late. */
function* outOfOrder(events: readonly EventRow[]): Generator<EventMark> {
  const streams = new Map<string, { readonly event: EventRow; readonly version: number }[]>();
  const messages = new Set<string>();
  for (const event of events) {
    if (event.deadLetter || event.replayId !== null || !/^\d{1,9}$/.test(event.version ?? '')) continue;
    if (messages.has(event.messageId ?? '')) continue;
    if (event.messageId !== null) messages.add(event.messageId);
    for (const { name, value } of joiningKeys(event).slice(0, 1)) {
      const key = `${name}\n${value}\n${event.source ?? ''}\n${event.broker}\n${event.channel}`;
      const stream = streams.get(key) ?? [];
      streams.set(key, stream);
      stream.push({ event, version: Number(event.version) });
    }
  }
  for (const stream of streams.values()) {
    // A schema's version stays the same from event to event; a stream's version is new each time.
    if (stream.length < 3 || new Set(stream.map(({ version }) => version)).size !== stream.length) continue;
    let newest = stream[0];
    for (const one of stream) {
      if (newest && one.version < newest.version)
        yield {
          event: one.event.id,
          kind: 'out-of-order',
          text: `version ${one.version} came after version ${newest.version}`,
          other: newest.event.id,
        };
      else newest = one;
    }
  }
}

/** [M4] A name that is written otherwise than the names of its channel. */
function* names(events: readonly EventRow[], habits: ChannelHabits): Generator<EventMark> {
  for (const event of events) {
    const rule = habits.namingOf(event);
    if (event.type === null || rule === null || namingStyleOf(event.type) === rule) continue;
    yield { event: event.id, kind: 'naming', text: `types on ${event.channel} are written in ${styleInWords(rule)}`, other: null };
  }
}

/** [M5] Skew, a cause that was not seen, a circle. */
function ofTree({ event, parent, orphan, named, skewMicros }: TraceNode): readonly EventMark[] {
  const marks: EventMark[] = [];
  const mark = (kind: EventMark['kind'], text: string, other: EventId | null): void =>
    void marks.push({ event: event.id, kind, text, other });
  if (skewMicros !== null) mark('clock-skew', `its clock is ${formatDuration(skewMicros / 1000)} behind that of its cause`, parent);
  if (named === CIRCLE) mark('cycle', 'causes go round in a circle; it was cut here', null);
  else if (orphan) mark('missing-parent', `${named ?? 'its cause'} was not seen`, null);
  return marks;
}

/** [M6] The first event whose sender did not sample its trace. */
function unsampled(events: readonly EventRow[]): readonly EventMark[] {
  const first = events.find(({ sampled }) => sampled === false);
  return first === undefined
    ? []
    : [
        {
          event: first.id,
          kind: 'not-sampled',
          text: 'its sender did not sample this trace: spans may be missing elsewhere, events are not',
          other: null,
        },
      ];
}

/**
 * [M7] Events that name no cause where others do: the trace has several beginnings, and these hang under the first by time alone. Where nobody
 * names a cause (a `traceparent` never says its parent) order is all there is, and nothing to remark on.
 */
function moreRoots(nodes: readonly TraceNode[]): readonly EventMark[] {
  const loose = nodes.filter(({ joinedBy, orphan }) => joinedBy === 'time' && !orphan);
  const caused = nodes.filter(({ joinedBy }) => joinedBy !== 'time' && joinedBy !== 'root' && joinedBy !== 'key');
  if (caused.length < loose.length) return [];
  return loose.map(({ event, parent }) => ({
    event: event.id,
    kind: 'another-root',
    text: 'it names no cause: another beginning of this trace, placed here by time',
    other: parent,
  }));
}
