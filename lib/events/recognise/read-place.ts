import type { EventHeader, RawRecord } from '@/lib/events/observed-event';
import { asValue } from './business-keys';
import { BODY, CHANNEL, CONSTANT, KEY, type Candidate } from './compile-rules';
import type { JsonObject, ParsedBody } from './parse-body';
import { hexOf, MAX_ID_BYTES, plainText, textOfHeader, toBigEndianCount } from './values';

/** What stands at a place, cleaned by its family; `null` when nothing that can be an id, a name or a number does. */
export function textOf(place: Candidate, record: RawRecord, body: ParsedBody, last: Int32Array): string | null {
  const text = rawTextOf(place, record, body, last);
  return text === null || place.clean === null ? text : place.clean(text);
}

function rawTextOf(place: Candidate, record: RawRecord, body: ParsedBody, last: Int32Array): string | null {
  switch (place.kind) {
    case BODY:
      return body.object === null ? null : textAt(body, place);
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

/** A text or number in the body; a place in a list is its number. */
export function textAt(body: ParsedBody, { first, second, rest }: Candidate): string | null {
  const outer = (body.object as JsonObject)[first];
  let value = second === null ? outer : memberOf(outer, second);
  let field = second ?? first;
  if (rest !== null)
    for (const name of rest) {
      value = memberOf(value, name);
      field = name;
    }
  if (typeof value === 'string') return value.length <= MAX_ID_BYTES ? value : null;
  return typeof value === 'number' ? asValue(value, field, body.text ?? '') : null;
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
