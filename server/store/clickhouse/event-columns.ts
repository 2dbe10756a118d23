import type { ObservedEvent, TraceContext, Why } from '@/lib/events/observed-event';
import { failureInboxOf, failureGroupOf } from './failure-group';
import type { WireColumn } from './wire-codec';
import { array, blob, column, flag, i32, i64, nullable, nullableWord, text, tuple, u32, u64, word } from './wire-codec';

/**
 * How an event lies in the table `events`. What is asked for in lists and searches has a column; what only the detail panel shows goes into
 * `detail` as JSON. An empty string means "not said" except where '' is a value of its own (routing key, key, body: Nullable).
 */
const NOTHING = new Uint8Array(0);
const said = (value: string | null): string => value ?? '';

/** What all events of one batch share. */
export interface BatchHead {
  readonly tap: string;
  readonly broker: string;
  readonly epoch: number;
  readonly number: number;
}

export const eventColumns = (head: BatchHead): readonly WireColumn<ObservedEvent>[] => [
  column('id', text, (e) => e.id),
  column('observedAt', i64asTime(), (e) => wholeMicros(e.observedAt)),
  column('broker', word, () => head.broker),
  column('system', word, (e) => e.system),
  column('tap', word, () => head.tap),
  column('epoch', u32, () => head.epoch),
  column('batch', u64, () => head.number),
  column('idx', u32, (e) => e.index),
  column('channel', word, (e) => e.channel),
  column('partition', i32, (e) => e.partition ?? -1),
  column('offset', i64, (e) => e.offset ?? -1),
  column('routingKey', nullableWord, (e) => e.routingKey),
  column('key', nullable(blob, NOTHING), (e) => e.key),
  column('type', word, (e) => said(e.type)),
  column('source', word, (e) => said(e.source)),
  column('traceId', text, (e) => said(e.traceId)),
  column('spanId', text, (e) => said(e.spanId)),
  column('parentSpanId', text, (e) => said(e.parentSpanId)),
  column('messageId', text, (e) => said(e.messageId)),
  column('correlationId', text, (e) => said(e.correlationId)),
  column('causationId', text, (e) => said(e.causationId)),
  column('conversationId', text, (e) => said(e.conversationId)),
  column('sagaId', text, (e) => said(e.sagaId)),
  column('replayId', text, (e) => said(e.replayId)),
  column('replayOf', text, (e) => said(e.replayOf)),
  column(
    'businessKeys',
    array(
      tuple(
        column('name', word, (k: ObservedEvent['businessKeys'][number]) => k.name),
        column('value', text, (k) => k.value),
      ),
    ),
    (e) => e.businessKeys,
  ),
  column('attempt', i32, (e) => e.attempt ?? -1),
  column('publishedAt', nullable(i64, 0), (e) => (e.publishedAt === null ? null : wholeMicros(e.publishedAt))),
  column('publishedAtBy', word, (e) => said(e.publishedAtBy)),
  column(
    'inboxes',
    array(
      tuple(
        column('inbox', word, (i: ObservedEvent['inboxes'][number]) => i.inbox),
        column('evidence', word, (i) => i.evidence),
      ),
    ),
    (e) => e.inboxes,
  ),
  column('deadLetter', flag, (e) => e.deadLetter),
  column('failureCause', word, (e) => said(e.failure?.cause ?? null)),
  column('failureInbox', word, (e) => (e.deadLetter ? failureInboxOf(e) : '')),
  column('failureGroup', word, (e) => (e.deadLetter ? failureGroupOf(e) : '')),
  column(
    'headers',
    array(
      tuple(
        column('name', word, (h: ObservedEvent['headers'][number]) => h.name),
        column('wire', word, (h) => h.wire),
        column('value', nullable(blob, NOTHING), (h) => h.value),
      ),
    ),
    (e) => e.headers,
  ),
  column('body', nullable(blob, NOTHING), (e) => e.body),
  column('bodySize', u32, (e) => Math.min(e.bodySize, 0xffff_ffff)),
  column('detail', word, detailWriter()),
  column('failure', text, (e) => (e.failure === null ? '' : JSON.stringify(e.failure))),
];

function i64asTime(): typeof i64 {
  return { ...i64, type: "DateTime64(6, 'UTC')" };
}

/** Whatever a producer's clock said, as a whole number that 64 bits and a JavaScript number can both hold exactly [S7]. */
export function wholeMicros(value: number): number {
  if (!Number.isFinite(value)) return value === Infinity ? Number.MAX_SAFE_INTEGER : 0;
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(value)));
}

/**
 * The ids of a context are those of the event most of the time: `=` says so. Without them `detail` is the same text for nearly all events
 * of one type, and a LowCardinality column keeps it once.
 */
const same = (value: string | null, own: string | null): string | null => (value !== null && value !== '' && value === own ? '=' : value);

export interface EventDetailPart extends Pick<
  ObservedEvent,
  | 'version'
  | 'sourceEvidence'
  | 'replyTo'
  | 'framework'
  | 'why'
  | 'contexts'
  | 'contentType'
  | 'contentEncoding'
  | 'schemaId'
  | 'bodyProblem'
> {}

const REMEMBERED = 8;

/**
 * Most events of a batch say the same here as one of the few before them, so their text is not made again: comparing costs a tenth of it.
 */
function detailWriter(): (event: ObservedEvent) => string {
  const recent: { readonly event: ObservedEvent; readonly text: string }[] = [];
  let oldest = 0;
  let newest = 0;
  return (event) => {
    for (let i = 0; i < recent.length; i++) {
      const known = recent[(newest + i) % recent.length] as (typeof recent)[number];
      if (!saysTheSame(event, known.event)) continue;
      newest = (newest + i) % recent.length;
      return known.text;
    }
    const text = writeDetail(event);
    recent[oldest] = { event, text };
    newest = oldest;
    oldest = (oldest + 1) % REMEMBERED;
    return text;
  };
}

function saysTheSame(a: ObservedEvent, b: ObservedEvent): boolean {
  if (
    a.version !== b.version ||
    a.sourceEvidence !== b.sourceEvidence ||
    a.replyTo !== b.replyTo ||
    a.framework !== b.framework ||
    a.contentType !== b.contentType ||
    a.contentEncoding !== b.contentEncoding ||
    a.schemaId !== b.schemaId ||
    a.bodyProblem !== b.bodyProblem ||
    a.why.length !== b.why.length ||
    a.contexts.length !== b.contexts.length
  )
    return false;
  if (a.why !== b.why) {
    for (let i = 0; i < a.why.length; i++) {
      const [one, other] = [a.why[i] as Why, b.why[i] as Why];
      if (one !== other && (one.field !== other.field || one.from !== other.from)) return false;
    }
  }
  for (let i = 0; i < a.contexts.length; i++) {
    const [one, other] = [a.contexts[i] as TraceContext, b.contexts[i] as TraceContext];
    if (
      one.system !== other.system ||
      one.sampled !== other.sampled ||
      one.origin !== other.origin ||
      one.from !== other.from ||
      same(one.traceId, a.traceId) !== same(other.traceId, b.traceId) ||
      same(one.spanId, a.spanId) !== same(other.spanId, b.spanId) ||
      same(one.parentSpanId, a.parentSpanId) !== same(other.parentSpanId, b.parentSpanId)
    )
      return false;
  }
  return true;
}

function writeDetail(e: ObservedEvent): string {
  const detail: { -readonly [K in keyof EventDetailPart]?: unknown } = {};
  if (e.version !== null) detail.version = e.version;
  if (e.sourceEvidence !== null) detail.sourceEvidence = e.sourceEvidence;
  if (e.replyTo !== null) detail.replyTo = e.replyTo;
  if (e.framework !== null) detail.framework = e.framework;
  if (e.why.length > 0) detail.why = e.why;
  if (e.contexts.length > 0) {
    detail.contexts = e.contexts.map((c) => ({
      ...c,
      traceId: same(c.traceId, e.traceId),
      spanId: same(c.spanId, e.spanId),
      parentSpanId: same(c.parentSpanId, e.parentSpanId),
    }));
  }
  if (e.contentType !== null) detail.contentType = e.contentType;
  if (e.contentEncoding !== null) detail.contentEncoding = e.contentEncoding;
  if (e.schemaId !== null) detail.schemaId = e.schemaId;
  if (e.bodyProblem !== null) detail.bodyProblem = e.bodyProblem;
  return JSON.stringify(detail);
}

export function readDetail(json: string, own: Pick<ObservedEvent, 'traceId' | 'spanId' | 'parentSpanId'>): EventDetailPart {
  const detail = JSON.parse(json) as Partial<EventDetailPart>;
  const back = <T extends string>(value: T | null, of: T | null): T | null => (value === '=' ? of : value);
  return {
    version: detail.version ?? null,
    sourceEvidence: detail.sourceEvidence ?? null,
    replyTo: detail.replyTo ?? null,
    framework: detail.framework ?? null,
    why: detail.why ?? [],
    contexts: (detail.contexts ?? []).map((c): TraceContext => ({
      ...c,
      traceId: back(c.traceId, own.traceId) ?? c.traceId,
      spanId: back(c.spanId, own.spanId),
      parentSpanId: back(c.parentSpanId, own.parentSpanId),
    })),
    contentType: detail.contentType ?? null,
    contentEncoding: detail.contentEncoding ?? null,
    schemaId: detail.schemaId ?? null,
    bodyProblem: detail.bodyProblem ?? null,
  };
}
