import { inboxOfGroup, type BrokerSystem } from '@/lib/events/names';
import type { EventHeader, Failure, RawRecord } from '@/lib/events/observed-event';
import type { CompiledFailure } from './compiled';
import type { Rules } from './compile-rules';
import { hasObject, MAX_PARSED_BYTES, type ParsedBody } from './parse-body';
import { textAt } from './read-place';
import type { BodyFailurePlace, FailurePlaces, FoundFailure, FoundOrigin } from './table';
import { firstHeader, lastHeader, textOfHeader, toBigEndianCount, toCount } from './values';

const MAX_MESSAGE = 4_096;
const MAX_STACK = 16_384;

/**
 * Puts together what all frameworks say about a death, the more trusted first: a service's exception is the cause, the broker's reason stays
 * beside it. `null` when nobody says anything.
 */
export function readFailure(
  record: RawRecord,
  body: ParsedBody,
  failures: readonly CompiledFailure[],
  rules: Rules,
  system: BrokerSystem,
): { failure: Failure; marksDeadLetter: boolean } | null {
  const { headers } = record;
  let found: FoundFailure | null = null;
  let marksDeadLetter = false;
  for (const compiled of failures) {
    const { places, family } = compiled;
    if (rules.blocked[family] !== 0) continue;
    const one =
      places.read !== undefined ? places.read(headers) : (readBody(compiled, body, system) ?? readPlaces(places, headers, system));
    if (one === null) continue;
    rules.why.push(compiled.why);
    marksDeadLetter ||= places.marksDeadLetter && system === 'kafka';
    found = found === null ? one : merge(found, one);
  }
  return found === null ? null : { failure: toFailure(found), marksDeadLetter };
}

function readBody({ inBody, places }: CompiledFailure, body: ParsedBody, system: BrokerSystem): FoundFailure | null {
  if (inBody === null || !hasObject(body)) return null;
  const { clean } = places;
  const at = (name: BodyFailurePlace, max: number): string | null => {
    for (const place of inBody[name]) {
      const text = textAt(body, place, MAX_PARSED_BYTES);
      if (text !== null && text !== '') return cleaned(text, clean?.[name])?.slice(0, max) ?? null;
    }
    return null;
  };
  const message = at('message', MAX_MESSAGE);
  const stack = at('stack', MAX_STACK);
  const cause = at('cause', 1024) ?? classInStack(stack);
  if (message === null && cause === null) return null;
  const channel = at('channel', 1024);
  const inbox = inboxOf(at('group', 1024), channel, system);
  const origin = { channel, inbox, partition: null, offset: null, routingKey: at('routingKey', 1024) };
  return { cause, message, stack, reason: null, count: null, consumer: null, first: origin, last: origin };
}

function readPlaces(places: FailurePlaces, headers: readonly EventHeader[], system: BrokerSystem): FoundFailure | null {
  if (places.detect.length === 0) return null;
  const stack = textIn(headers, places.stack, lastHeader, MAX_STACK, true);
  return {
    cause: cleaned(textIn(headers, places.cause, lastHeader, 1024), places.clean?.cause) ?? classInStack(stack),
    message: cleaned(textIn(headers, places.message, lastHeader, MAX_MESSAGE, true), places.clean?.message),
    stack,
    reason: textIn(headers, places.reason, lastHeader, 1024),
    count: countIn(headers, places.count, lastHeader, places.bigEndian === true),
    consumer: null,
    first: originOf(places, headers, system, firstHeader),
    last: originOf(places, headers, system, lastHeader),
  };
}

type Pick = (headers: readonly EventHeader[], name: string) => EventHeader | null;

function originOf(places: FailurePlaces, headers: readonly EventHeader[], system: BrokerSystem, pick: Pick): FoundOrigin {
  const channel = cleaned(textIn(headers, places.channel, pick, 1024), places.clean?.channel);
  const group = cleaned(textIn(headers, places.group, pick, 1024), places.clean?.group);
  return {
    channel,
    inbox: inboxOf(group === null ? null : (places.groupPrefix ?? '') + group, channel, system),
    partition: countIn(headers, places.partition, pick, places.bigEndian === true),
    offset: countIn(headers, places.offset, pick, places.bigEndian === true),
    routingKey: textIn(headers, places.routingKey, pick, 1024),
  };
}

const inboxOf = (group: string | null, channel: string | null, system: BrokerSystem): string | null =>
  group === null || system === 'rabbitmq' ? group : channel === null ? null : inboxOfGroup(channel, group);

const cleaned = (text: string | null, clean: ((text: string) => string | null) | undefined): string | null =>
  text === null || clean === undefined ? text : clean(text);

/** First of the names that has a text; a long one is cut when it may be. */
function textIn(
  headers: readonly EventHeader[],
  names: readonly string[] | undefined,
  pick: Pick,
  max: number,
  cut = false,
): string | null {
  for (const name of names ?? []) {
    const header = pick(headers, name);
    if (header === null) continue;
    const long = cut && header.value !== null && header.value.length > max;
    const text = textOfHeader(long ? { ...header, value: wholeCharacters((header.value as Uint8Array).subarray(0, max)) } : header, max);
    if (text !== null) return text;
  }
  return null;
}

/** A cut may fall within a character of several bytes: it goes whole. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 4 && ((bytes[end - 1] as number) & 0xc0) === 0x80) end--;
  return end > 0 && (bytes[end - 1] as number) >= 0xc0 ? bytes.subarray(0, end - 1) : bytes.subarray(0, bytes.length);
}

function countIn(headers: readonly EventHeader[], names: readonly string[] | undefined, pick: Pick, bigEndian: boolean): number | null {
  for (const name of names ?? []) {
    const header = pick(headers, name);
    if (header === null) continue;
    const count = bigEndian && header.wire === 'kafka' ? toBigEndianCount(header.value) : toCount(textOfHeader(header, 64));
    if (count !== null) return count;
  }
  return null;
}

function merge(a: FoundFailure, b: FoundFailure): FoundFailure {
  return {
    cause: a.cause ?? b.cause,
    message: a.message ?? b.message,
    stack: a.stack ?? b.stack,
    reason: a.reason ?? b.reason,
    count: a.count ?? b.count,
    consumer: a.consumer ?? b.consumer,
    first: mergeOrigin(a.first, b.first),
    last: mergeOrigin(a.last, b.last),
  };
}

/** Two accounts of one origin complete each other; accounts of two origins are not mixed. */
function mergeOrigin(a: FoundOrigin, b: FoundOrigin): FoundOrigin {
  if (a.channel === null && a.inbox === null) return b;
  if (a.channel !== null && b.channel !== null && a.channel !== b.channel) return { ...a, inbox: a.inbox ?? b.inbox };
  return {
    channel: a.channel ?? b.channel,
    inbox: a.inbox ?? b.inbox,
    partition: a.partition ?? b.partition,
    offset: a.offset ?? b.offset,
    routingKey: a.routingKey ?? b.routingKey,
  };
}

function toFailure(found: FoundFailure): Failure {
  return {
    cause: simpleName(found.cause) ?? found.reason ?? 'unknown',
    message: found.message,
    stack: found.stack,
    reason: found.reason,
    count: found.count,
    consumer: found.consumer,
    firstOrigin: found.first,
    lastOrigin: found.last,
  };
}

/**
 * `com.shop.CarrierTimeoutException` → `CarrierTimeoutException`: packages tell nothing on a screen, and the header keeps them. Some write a whole
 * exception as a text, message and all.
 */
function simpleName(said: string | null): string | null {
  if (said === null || said === '') return null;
  const name = /^([\w.$]*(?:Error|Exception)\w*): /.exec(said)?.[1] ?? said;
  if (!/^[\w.$]+$/.test(name)) return name.slice(0, 200);
  return name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1).slice(0, 200) || name.slice(0, 200);
}

/**
 * The class in a stack's first line: `java.lang.IllegalStateException: no stock`, or behind something else (`Uncaught `, Rebus' `2 unhandled
 * exceptions: 11/21/2026 12:00:00 +00:00: `). A text without one gives nothing.
 */
const classInStack = (stack: string | null): string | null =>
  stack === null
    ? null
    : (/^(?:Uncaught |.{0,100}?: )?([\w.$]*(?:Error|Exception|Timeout|Failure)\w*)(?::|\r?\n|$)/.exec(stack.slice(0, 400))?.[1] ?? null);
