import { eventIdOfBatch, eventIdOfLog, type InboxName, type Micros, type TapName } from '@/lib/events/names';
import type { Failure, ObservedEvent, RawRecord } from '@/lib/events/observed-event';
import { isDeadLetter } from '@/lib/dead-letters/classify-channels';
import type { Rules } from '@/lib/events/recognise/compile-rules';
import { recognise, type Recognised } from '@/lib/events/recognise/recognise';
import type { TapBatch, TapGap } from '../../brokers/broker';
import type { StoredBatch } from '../../store/store';
import type { Bodies } from '../../decoding/bodies';
import type { BrokerView } from './broker-view';
import { decodeBatch } from './decode-batch';

export interface TapPlace {
  readonly tap: TapName;
  readonly epoch: number;
}

const DAY = 86_400_000_000;
/** After so many records other work of the process gets its turn (about 10 ms). */
const BREATH = 2_000;

/**
 * A tap's batch as the store takes it: each record recognised, with its id and its place. One batch in, one batch out, under the same number [I4].
 */
export async function prepareBatch(
  batch: TapBatch,
  place: TapPlace,
  view: BrokerView,
  rules: Rules,
  bodies: Bodies | null = null,
): Promise<StoredBatch> {
  return toStoredBatch(batch, await prepareEvents(batch, 0, place, view, rules, bodies), place, view);
}

/** The events of the batch's records from this one on: a batch may grow after the first of it were recognised. */
export async function prepareEvents(
  batch: TapBatch,
  from: number,
  place: TapPlace,
  view: BrokerView,
  rules: Rules,
  bodies: Bodies | null = null,
): Promise<ObservedEvent[]> {
  const records = from === 0 ? batch.records : batch.records.slice(from);
  const notBefore = startOfDay(records);
  const events: ObservedEvent[] = [];
  const context = { system: view.system, rules };
  const decoded = bodies === null ? null : await decodeBatch(records, view.broker, bodies);
  for (let index = 0; index < records.length; index++) {
    const record = records[index] as RawRecord;
    events.push(
      toObservedEvent(record, recognise(record, context, decoded?.get(index) ?? null), place, batch.number, from + index, view, notBefore),
    );
    if (index % BREATH === BREATH - 1) await new Promise(setImmediate);
  }
  return events;
}

/** The batch with all its events, in order. */
export function toStoredBatch(batch: TapBatch, events: readonly ObservedEvent[], { tap, epoch }: TapPlace, view: BrokerView): StoredBatch {
  const notBefore = startOfDay(events);
  const isOneDay = events.every(({ observedAt }) => observedAt >= notBefore);
  return {
    tap,
    broker: view.broker,
    epoch,
    number: batch.number,
    events: isOneDay ? events : events.map((event) => (event.observedAt < notBefore ? { ...event, observedAt: notBefore } : event)),
    gaps: batch.gaps.map((gap) => toGapRow(gap, tap)),
    offsets: batch.offsets,
  };
}

/**
 * [I5] A stored batch has one day of `observedAt`, since that is its partition. A batch that spans midnight is not split (its number would stand
 * for two): what was observed before midnight, a quarter of a second at most, is lifted to midnight.
 */
function startOfDay(observed: readonly { readonly observedAt: Micros }[]): Micros {
  let last = 0;
  for (const { observedAt } of observed) if (observedAt > last) last = observedAt;
  return last - (last % DAY);
}

export const toGapRow = (gap: TapGap, tap: TapName) => ({
  tap,
  channel: gap.channel,
  partition: gap.partition,
  fromOffset: gap.fromOffset,
  toOffset: gap.toOffset,
  count: gap.count,
  reason: gap.reason,
  detail: gap.detail,
  at: gap.at,
});

/** One literal, one shape: every event has the same hidden class, and no record is spread. */
function toObservedEvent(
  record: RawRecord,
  meaning: Recognised,
  place: TapPlace,
  batch: number,
  index: number,
  view: BrokerView,
  notBefore: Micros,
): ObservedEvent {
  const { channel, partition, offset } = record;
  const inboxes = partition === null ? record.inboxes : view.inboxesOf(channel);
  return {
    id:
      partition !== null && offset !== null
        ? eventIdOfLog(view.broker, channel, partition, offset)
        : eventIdOfBatch(view.broker, place.tap, batch, index),
    broker: view.broker,
    system: view.system,
    tap: place.tap,
    epoch: place.epoch,
    batch,
    index,
    deadLetter: isDeadLetter({ channel, inboxes, failure: meaning.failure, deadByHeaders: meaning.deadByHeaders }, view.deaths),
    channel,
    partition,
    offset,
    routingKey: record.routingKey,
    key: record.key,
    headers: record.headers,
    body: record.body,
    bodySize: record.bodySize,
    publishedAt: meaning.publishedAt,
    publishedAtBy: meaning.publishedAtBy,
    observedAt: record.observedAt < notBefore ? notBefore : record.observedAt,
    inboxes,
    type: meaning.type,
    version: meaning.version,
    source: meaning.source,
    sourceEvidence: meaning.sourceEvidence,
    messageId: meaning.messageId,
    correlationId: meaning.correlationId,
    causationId: meaning.causationId,
    conversationId: meaning.conversationId,
    sagaId: meaning.sagaId,
    replyTo: meaning.replyTo,
    attempt: meaning.attempt,
    businessKeys: meaning.businessKeys,
    framework: meaning.framework,
    why: meaning.why,
    traceId: meaning.traceId,
    spanId: meaning.spanId,
    parentSpanId: meaning.parentSpanId,
    contexts: meaning.contexts,
    contentType: meaning.contentType,
    contentEncoding: meaning.contentEncoding,
    schemaId: meaning.schemaId,
    bodyProblem: meaning.bodyProblem,
    failure: meaning.failure === null ? null : withConsumer(withOrigin(meaning.failure, record, view), view),
    replayId: meaning.replayId,
    replayOf: meaning.replayOf,
  };
}

/**
 * Where it died, by the wiring of the queues, when no header says so [I15]; and where the broker's account only tells of a step of a retry ladder,
 * the queue whose consumer failed, and no word of having "expired" there [I17].
 */
function withOrigin(failure: Failure, { channel, routingKey }: RawRecord, view: BrokerView): Failure {
  const first = livingInbox(failure.firstOrigin.inbox, view);
  const said = failure.lastOrigin.inbox;
  const waited = said !== null && view.isWaiting(said);
  const last = said === null || waited ? (view.originOf(channel, routingKey) ?? livingInbox(said, view)) : said;
  if (last === said && first === failure.firstOrigin.inbox) return failure;
  return {
    ...failure,
    reason: waited && failure.cause !== failure.reason ? null : failure.reason,
    lastOrigin: { ...failure.lastOrigin, inbox: last },
    firstOrigin: { ...failure.firstOrigin, inbox: first ?? last },
  };
}

const livingInbox = (inbox: InboxName | null, view: BrokerView): InboxName | null =>
  inbox !== null && view.isWaiting(inbox) ? (view.queueAfter(inbox) ?? inbox) : inbox;

/** Who failed: the one service that reads the inbox where it died. */
function withConsumer(failure: Failure, view: BrokerView): Failure {
  const consumer = failure.consumer ?? view.consumerOf(failure.lastOrigin.inbox);
  return consumer === failure.consumer ? failure : { ...failure, consumer };
}
