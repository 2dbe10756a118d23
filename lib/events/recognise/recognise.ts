import type { BrokerSystem, Evidence, Micros } from '@/lib/events/names';
import type { BusinessKey, ClockOwner, EventHeader, Meaning, RawRecord, TraceContext, Why } from '@/lib/events/observed-event';
import { keysInBody, keysOfBatch } from './business-keys';
import { BODY, CHANNEL, CONSTANT, type Candidate, type CompiledContext, type Guard } from './compiled';
import type { Rules } from './compile-rules';
import { hasObject, parseBody, type ParsedBody } from './parse-body';
import { planOf, type Edge, type Plan, type ShapeNode } from './plan';
import { readFailure } from './read-failure';
import { textAt, textOf } from './read-place';
import { NULL, type Skim } from './skim';
import { FIELDS, type Field, type ReadContext } from './table';
import { toCount, toMicros } from './values';

/** Headers beyond this many are kept and not looked at. */
const MAX_HEADERS = 2_000;

export interface RecogniseContext {
  readonly system: BrokerSystem;
  readonly rules: Rules;
}

/** What the bytes say, and a finer clock than the record's own where one was found. */
export interface Recognised extends Meaning {
  readonly publishedAt: Micros | null;
  readonly publishedAtBy: ClockOwner | null;
  /** The headers are those that only a dead-letter topic has (Kafka). */
  readonly deadByHeaders: boolean;
}

/**
 * Finds out what a record means (docs/spec/recognition.md). Never throws [G1]: whatever is odd is marked in `why` or `bodyProblem`.
 * Cheap: one pass over the headers, one `JSON.parse`, one pass over its members; together they are the shape of the record, and the shape
 * knows which places to read (plan.ts). `decoded` is the body when somebody else decoded it already (Avro and the like).
 * The rules' scratch arrays make it not re-entrant, which a synchronous function never is. No function is made inside another here: tsx gives
 * each such function its name at run time, which cost a third of the whole (7.5 µs instead of 5 per event of 577 B).
 */
export function recognise(record: RawRecord, context: RecogniseContext, decoded: ParsedBody | null = null): Recognised {
  try {
    return read(record, context.rules, context.system, decoded);
  } catch {
    return nothing(record);
  }
}

const F = Object.fromEntries(FIELDS.map((field, n) => [field, n])) as Readonly<Record<Field, number>>;

/** A record's shape and body: what its places are read from. */
interface Shape {
  readonly plan: Plan;
  readonly body: ParsedBody;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
}

/** Leaves the positions of headers in `rules.last`, closed conditions in `rules.blocked`, reasons of the content type in `rules.why`. */
export function shapeOf(record: RawRecord, rules: Rules, decoded: ParsedBody | null): Shape {
  rules.why.length = 0;
  const head = shapeOfHeaders(record, rules);
  const atHead = planOf(head, rules.families);
  if (atHead.headGuards.length > 0) guard(atHead.headGuards, record, NO_BODY, null, rules);
  const contentType = take(atHead.contentType, record, NO_BODY, rules);
  const contentEncoding = take(atHead.contentEncoding, record, NO_BODY, rules);
  const body = decoded ?? parseBody(record, contentType, contentEncoding, rules.inflate, rules.skim);
  const node = shapeOfBody(head, body, rules);
  const plan = node === head ? atHead : planOf(node, rules.families);
  if (plan.guards.length > 0) guard(plan.guards, record, body, contentType, rules);
  else rules.blocked.fill(0);
  return { plan, body, contentType, contentEncoding };
}

function read(record: RawRecord, rules: Rules, system: BrokerSystem, decoded: ParsedBody | null): Recognised {
  const { plan, body, contentType, contentEncoding } = shapeOf(record, rules, decoded);
  const { texts } = rules;
  texts.fill(null);
  let sourceEvidence: Evidence = 'seen';
  for (const { field, places } of plan.fields) {
    if (field === F.retries && texts[F.attempt] !== null) continue;
    texts[field] = take(places, record, body, rules);
    // A channel is no word of the message: who writes to it is what a user told us.
    if (field === F.source) sourceEvidence = rules.takenFrom === CONSTANT || rules.takenFrom === CHANNEL ? 'declared' : 'seen';
  }
  const contexts = contextsOf(record, body, plan, rules);
  const chosen = chooseContext(contexts);
  if (chosen !== null && chosen.origin) rules.why.push(whyOfOrigin(chosen, plan));
  const failures = plan.failures[system];
  const failure = failures.length === 0 ? null : readFailure(record, body, failures, rules, system);
  const clock = clockOf(record, plan.clock, body, rules);
  const said = texts[F.source] as string | null;

  return {
    type: texts[F.type] as string | null,
    version: texts[F.version] as string | null,
    source: said === null ? null : (rules.serviceNames.get(said) ?? said),
    sourceEvidence: said === null ? null : sourceEvidence,
    messageId: texts[F.messageId] as string | null,
    correlationId: texts[F.correlationId] as string | null,
    causationId: texts[F.causationId] as string | null,
    conversationId: texts[F.conversationId] as string | null,
    sagaId: texts[F.sagaId] as string | null,
    replyTo: texts[F.replyTo] as string | null,
    attempt: attemptOf(texts[F.attempt] as string | null, texts[F.retries] as string | null),
    businessKeys: keysOf(texts[F.aggregateType] as string | null, texts[F.aggregateId] as string | null, record, body, plan, rules),
    framework: frameworkOf(plan, rules),
    why: kept(rules),
    traceId: chosen === null ? null : chosen.traceId,
    spanId: chosen === null ? null : chosen.spanId,
    parentSpanId: chosen === null ? null : (chosen.parentSpanId ?? parentOf(chosen, contexts)),
    contexts,
    contentType,
    contentEncoding,
    schemaId: body.schemaId,
    bodyProblem: body.problem,
    failure: failure === null ? null : failure.failure,
    replayId: texts[F.replayId] as string | null,
    replayOf: texts[F.replayOf] as string | null,
    publishedAt: clock === null ? record.publishedAt : clock.at,
    publishedAtBy: clock === null ? record.publishedAtBy : clock.by,
    deadByHeaders: failure !== null && failure.marksDeadLetter,
  };
}

const NO_BODY: ParsedBody = { object: null, text: null, problem: null, schemaId: null };

/** Notes where each known name stands last. A header without a value says nothing and does not hide an earlier one. */
function shapeOfHeaders(record: RawRecord, rules: Rules): ShapeNode {
  const { last, channels, shapes } = rules;
  last.fill(-1);
  let node = shapes.root;
  for (const step of channels.of(record.channel)) node = shapes.mark(node, step);
  const { headers } = record;
  const count = headers.length < MAX_HEADERS ? headers.length : MAX_HEADERS;
  for (let i = 0; i < count; i++) {
    const { name, wire, value } = headers[i] as EventHeader;
    if (value === null || value.length === 0) continue;
    const edge = wire === 'property' ? propertyEdge(node, name, rules) : headerEdge(node, name, rules);
    const { step } = edge;
    if (step < 0) continue;
    if ((last[step] as number) < 0) node = edge.to;
    last[step] = i;
  }
  return node;
}

/** Names of headers are compared without case. */
function headerEdge(node: ShapeNode, name: string, { shapes, headerSteps }: Rules): Edge {
  return node.headers.get(name) ?? shapes.learn(node, node.headers, name, headerSteps.get(name.toLowerCase()) ?? -1);
}

function propertyEdge(node: ShapeNode, name: string, { shapes, propertySteps }: Rules): Edge {
  return node.properties.get(name) ?? shapes.learn(node, node.properties, name, propertySteps.get(name) ?? -1);
}

function shapeOfBody(head: ShapeNode, body: ParsedBody, { memberSteps, shapes, objectStep, schemaStep }: Rules): ShapeNode {
  let node = body.schemaId === null ? head : shapes.mark(head, schemaStep);
  const { object, skim } = body;
  if (!hasObject(body)) return node;
  node = shapes.mark(node, objectStep);
  if (object === null) return shapeOfSkim(node, skim as Skim, memberSteps, shapes);
  for (const member in object) {
    if (object[member] === null) continue;
    node = (node.members.get(member) ?? shapes.learn(node, node.members, member, memberSteps.get(member) ?? -1)).to;
  }
  return node;
}

function shapeOfSkim(
  start: ShapeNode,
  { count, names, kinds, next }: Skim,
  memberSteps: ReadonlyMap<string, number>,
  shapes: Rules['shapes'],
): ShapeNode {
  let node = start;
  for (let i = 0; i < count; i = next[i] as number) {
    if (kinds[i] === NULL) continue;
    const member = names[i] as string;
    node = (node.members.get(member) ?? shapes.learn(node, node.members, member, memberSteps.get(member) ?? -1)).to;
  }
  return node;
}

function guard(guards: readonly Guard[], record: RawRecord, body: ParsedBody, contentType: string | null, rules: Rules): void {
  const { blocked } = rules;
  blocked.fill(0);
  for (const { family, at, holds, may } of guards) {
    const text =
      at === null
        ? contentType
        : may !== null && !may(record.headers[rules.last[at.step] as number])
          ? null
          : textOf(at, record, body, rules.last);
    if (text === null || !holds(text)) blocked[family] = 1;
  }
}

function take(places: readonly Candidate[], record: RawRecord, body: ParsedBody, rules: Rules): string | null {
  for (const place of places) {
    if (rules.blocked[place.family] !== 0) continue;
    const text = textOf(place, record, body, rules.last);
    if (text !== null && text !== '') {
      rules.why.push(place.why);
      rules.takenFrom = place.kind;
      return text;
    }
  }
  return null;
}

/** 1 = the first try. Counters of retries start at 0. */
function attemptOf(said: string | null, retries: string | null): number | null {
  const attempt = toCount(said);
  if (attempt !== null) return attempt;
  const count = toCount(retries);
  return count === null || count > 1e6 ? null : count + 1;
}

/**
 * Events of one type have the same reasons: neighbours share one list. An event lives until its batch is stored, and what lives is copied by the
 * garbage collector, which costs more than recognition does; so lists are made to measure here.
 */
function kept(rules: Rules): readonly Why[] {
  const { why, lastWhy } = rules;
  let same = why.length === lastWhy.length;
  for (let i = 0; same && i < why.length; i++) same = why[i] === lastWhy[i];
  if (!same) rules.lastWhy = why.slice();
  return rules.lastWhy;
}

function contextsOf(record: RawRecord, body: ParsedBody, plan: Plan, rules: Rules): readonly TraceContext[] {
  let found: readonly TraceContext[] = NO_CONTEXTS;
  const { last, blocked } = rules;
  for (const context of plan.headerContexts) {
    if (blocked[context.family] !== 0) continue;
    const texts: (string | null)[] = [];
    for (const place of context.at)
      texts.push(place.step >= 0 && (last[place.step] as number) >= 0 ? textOf(place, record, body, last) : null);
    const bytes = texts[0] === null ? (record.headers[last[context.step] as number]?.value ?? null) : null;
    const { readBytes, read: readTexts } = context.places;
    found = note(context, bytes !== null && readBytes !== undefined ? readBytes(bytes) : readTexts(texts), found, rules);
  }
  if (!hasObject(body)) return found;
  for (const context of plan.bodyContexts) {
    if (blocked[context.family] !== 0 || textAt(body, context.at[0] as Candidate) === null) continue;
    const texts: (string | null)[] = [];
    for (const place of context.at) texts.push(textAt(body, place));
    found = note(context, context.places.read(texts), found, rules);
  }
  return found;
}

const NO_CONTEXTS: readonly TraceContext[] = [];

function note(
  context: CompiledContext,
  result: ReadContext | null | 'malformed',
  found: readonly TraceContext[],
  { why }: Rules,
): readonly TraceContext[] {
  if (result === null) return found;
  if (result === 'malformed') {
    why.push(context.malformed);
    return found;
  }
  const origin = context.places.origin === true;
  if (!origin && chooseContext(found)?.origin !== false) why.push(context.why);
  const one = {
    system: context.places.system,
    traceId: result.traceId,
    spanId: result.spanId,
    parentSpanId: result.parentSpanId,
    sampled: result.sampled,
    origin,
    from: context.from,
  };
  return found.length === 0 ? [one] : [...found, one];
}

/** The first of this hop; where only the origin's is there, that one. */
function chooseContext(contexts: readonly TraceContext[]): TraceContext | null {
  for (const context of contexts) if (!context.origin) return context;
  return contexts[0] ?? null;
}

/** Where the event was first made is said only when nobody said this hop. */
function whyOfOrigin({ from }: TraceContext, { headerContexts, bodyContexts }: Plan): Why {
  const isIt = ({ places, from: own }: CompiledContext): boolean => places.origin === true && own === from;
  return (headerContexts.find(isIt) ?? (bodyContexts.find(isIt) as CompiledContext)).why;
}

/** Another context of the same span may know its parent (`traceparent` never says it). */
function parentOf(chosen: TraceContext, contexts: readonly TraceContext[]): string | null {
  for (const context of contexts)
    if (context.traceId === chosen.traceId && context.spanId === chosen.spanId && context.parentSpanId !== null)
      return context.parentSpanId;
  return null;
}

function keysOf(
  aggregate: string | null,
  id: string | null,
  record: RawRecord,
  body: ParsedBody,
  plan: Plan,
  rules: Rules,
): readonly BusinessKey[] {
  const keys = keysInBody(body, plan.keysIn);
  const first: BusinessKey[] = [];
  for (const place of plan.keys) {
    if (rules.blocked[place.family] !== 0) continue;
    const value = textOf(place, record, body, rules.last);
    if (value !== null && value !== '' && value.length <= 128 && !first.some(({ name }) => name === place.name)) {
      first.push({ name: place.name, value });
      rules.why.push(place.why);
    }
  }
  if (aggregate !== null && id !== null && aggregate.length <= 60 && id.length <= 128) {
    const name = (aggregate[0] as string).toLowerCase() + aggregate.slice(1);
    if (!first.some((key) => key.name === name)) first.push({ name, value: id });
  }
  const own = first.length === 0 ? keys : [...first, ...keys.filter((key) => !first.some(({ name }) => name === key.name))];
  if (body.batch === undefined) return own;
  rules.why.push({ field: 'batch', from: `${body.batch.length} CloudEvents in one message: the fields are those of the first` });
  return [...own, ...keysOfBatch(body.batch)];
}

const NO_KEYS: readonly BusinessKey[] = [];

function frameworkOf({ frameworks }: Plan, { blocked }: Rules): string | null {
  for (const { family, name } of frameworks) if (blocked[family] === 0) return name;
  return null;
}

const SECOND = 1_000_000;

/**
 * A broker's clock may be whole seconds (AMQP). What the message itself says is taken when the record has no time, or when it is within the
 * two seconds around such a whole second; never to overrule a finer clock.
 */
function clockOf(record: RawRecord, places: readonly Candidate[], body: ParsedBody, rules: Rules): { at: Micros; by: ClockOwner } | null {
  const { publishedAt } = record;
  if (publishedAt !== null && publishedAt % SECOND !== 0) return null;
  for (const place of places) {
    if (rules.blocked[place.family] !== 0) continue;
    const at = toMicros(textOf(place, record, body, rules.last));
    if (at === null || (publishedAt !== null && Math.abs(at - publishedAt) > 2 * SECOND)) continue;
    rules.why.push(place.why);
    return { at, by: place.kind === BODY ? 'body' : 'producer' };
  }
  return null;
}

function nothing(record: RawRecord): Recognised {
  return {
    type: null,
    version: null,
    source: null,
    sourceEvidence: null,
    messageId: null,
    correlationId: null,
    causationId: null,
    conversationId: null,
    sagaId: null,
    replyTo: null,
    attempt: null,
    businessKeys: NO_KEYS,
    framework: null,
    why: [],
    traceId: null,
    spanId: null,
    parentSpanId: null,
    contexts: [],
    contentType: null,
    contentEncoding: null,
    schemaId: null,
    bodyProblem: 'recognition failed: the record is kept as it was',
    failure: null,
    replayId: null,
    replayOf: null,
    publishedAt: record.publishedAt,
    publishedAtBy: record.publishedAtBy,
    deadByHeaders: false,
  };
}
