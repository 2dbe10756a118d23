import type { EventHeader, RawRecord } from '@/lib/events/observed-event';
import { asValue, numberOf } from './business-keys';
import { BODY, CHANNEL, CONSTANT, KEY, type Candidate } from './compiled';
import { hasObject, type JsonObject, type ParsedBody } from './parse-body';
import { ESCAPED, LIST, NUMBER, TEXT, type Skim } from './skim';
import { hexOf, MAX_ID_BYTES, plainText, textOfHeader, toBigEndianCount } from './values';

/** What stands at a place, cleaned by its family; `null` when nothing that can be an id, a name or a number does. */
export function textOf(place: Candidate, record: RawRecord, body: ParsedBody, last: Int32Array): string | null {
  const text = rawTextOf(place, record, body, last);
  return text === null || place.clean === null ? text : place.clean(text);
}

function rawTextOf(place: Candidate, record: RawRecord, body: ParsedBody, last: Int32Array): string | null {
  switch (place.kind) {
    case BODY:
      return hasObject(body) ? textAt(body, place) : null;
    case KEY:
      return record.key === null || record.key.length > MAX_ID_BYTES ? null : plainText(record.key);
    case CHANNEL:
      return record.channel === '' ? null : record.channel;
    case CONSTANT:
      return place.first;
    default: {
      const at = last[place.step] as number;
      if (at < 0) return null;
      const header = record.headers[at] as EventHeader;
      return place.binary === null ? textOfHeader(header, MAX_ID_BYTES) : binaryText(header, place.binary);
    }
  }
}

function binaryText(header: EventHeader, binary: 'int' | 'uuid'): string | null {
  if (header.wire !== 'kafka') return textOfHeader(header, MAX_ID_BYTES);
  if (binary === 'int') return toBigEndianCount(header.value)?.toString() ?? null;
  const text = textOfHeader(header, MAX_ID_BYTES);
  const { value } = header;
  // Sixteen bytes are a UUID unless they are plain text of that length.
  if (value === null || value.length !== 16 || (text !== null && /^[ -~]+$/.test(text))) return text;
  return hexOf(value, 0, 16);
}

/** A text or number in the body; a place in a list is its number. A text longer than `max` is none. */
export function textAt(body: ParsedBody, place: Candidate, max = MAX_ID_BYTES): string | null {
  const { first, second, rest } = place;
  const { skim } = body;
  let outer: unknown;
  if (body.object === null && skim !== undefined && skim !== null) {
    const at = skim.find(first);
    if (at < 0) return null;
    if (second === null) return textOfSkim(skim, at, first, max);
    if (rest === null && skim.kinds[at] !== LIST) return textOfSkim(skim, skim.findIn(at, second), second, max);
    // Of a list only the list is made, not the body around it.
    outer = rest === null ? JSON.parse(skim.slice(at)) : skim.object()[first];
  } else outer = body.object?.[first];
  let value = second === null ? outer : memberOf(outer, second);
  let field = second ?? first;
  if (rest !== null)
    for (const name of rest) {
      value = memberOf(value, name);
      field = name;
    }
  if (typeof value === 'string') return value.length <= max ? value : null;
  return typeof value === 'number' ? asValue(value, field, body.text ?? skim?.text() ?? '') : null;
}

function textOfSkim(skim: Skim, at: number, field: string, max: number): string | null {
  if (at < 0) return null;
  const kind = skim.kinds[at];
  if (kind === TEXT) return skim.lengthOf(at) <= max ? skim.slice(at) : null;
  if (kind === NUMBER) return numberOf(skim, at, field);
  // An escape is six letters for one at most.
  if (kind !== ESCAPED || skim.lengthOf(at) > 6 * max) return null;
  const text = skim.textOf(at);
  return text.length <= max ? text : null;
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
