import type { SchemaView } from '@/lib/contract/traces';
import type { BodySource } from '@/lib/events/decode-body';
import type { ObservedEvent } from '@/lib/events/observed-event';
import { packingOf, type JsonObject, type ParsedBody } from '@/lib/events/recognise/parse-body';
import { wireFormatOf } from '@/lib/events/wire-format';
import type { Bodies } from '@/server/decoding/bodies';

/** A body of some kB may unpack to gigabytes. */
const MOST_UNPACKED = 4 * 1024 * 1024;
/** A person waits for it; the decoder ends what takes longer. */
export const LIMITS = { withinMs: 1_000, checks: true };

export interface ReadBody {
  readonly source: BodySource;
  readonly schema: SchemaView | null;
  /** What was decoded, for looking into it. */
  readonly parsed: ParsedBody | null;
}

type Stored = Pick<
  ObservedEvent,
  'broker' | 'channel' | 'partition' | 'headers' | 'body' | 'bodySize' | 'contentType' | 'contentEncoding' | 'schemaId'
>;

/** [G43] [G61] A body unpacked and decoded for the screen; where that fails it is shown as the bytes it is, with the reason. */
export async function readBody(bodies: Bodies, event: Stored): Promise<ReadBody> {
  const source = unpack(bodies, event);
  const { body } = source;
  if (body === null || event.body === null || event.body.length < event.bodySize)
    return { source, schema: schemaOf(event, null), parsed: null };
  const { broker, channel, partition, contentType, headers } = event;
  const encoded = { broker, channel, partition, body, contentType, headers };
  const found = bodies.isEncoded(encoded) ? ((await bodies.decode([encoded], LIMITS))[0] ?? null) : null;
  const decoded = found === null ? jsonBehindId(event, body) : found.text;
  return {
    source: { ...source, decoded, problem: found?.problem ?? source.problem ?? brokenBy(found?.schema ?? null) },
    schema: found === null ? schemaOf(event, 'No schema registry is configured for this broker.') : found.schema,
    parsed: decoded === null ? null : parsedOf(decoded, event.schemaId),
  };
}

function parsedOf(text: string, schemaId: number | null): ParsedBody {
  const value = JSON.parse(text) as unknown;
  const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  return { object, text, problem: null, schemaId };
}

/** [G69] Said beside the body as well: who looks at it sees that it is not what its schema says. */
const brokenBy = (schema: SchemaView | null): string | null =>
  schema === null || schema.breaks === null || schema.breaks.length === 0 ? null : `It breaks its schema: ${schema.breaks.join('; ')}.`;

const schemaOf = ({ schemaId }: Stored, problem: string | null): SchemaView | null =>
  schemaId === null ? null : { id: schemaId, type: null, subject: null, version: null, problem, breaks: null };

/** JSON with a schema's id before it can be read without the schema. */
function jsonBehindId({ partition }: Stored, body: Uint8Array): string | null {
  const wire = partition === null ? null : wireFormatOf(body);
  if (wire === null || body[wire.from] !== 0x7b) return null;
  const text = new TextDecoder().decode(body.subarray(wire.from));
  try {
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}

function unpack(bodies: Bodies, { body, bodySize, contentType, contentEncoding }: Stored): BodySource {
  const source = { body, bodySize, contentType };
  const packing = body === null ? null : packingOf(body, contentEncoding);
  if (body === null || packing === null) return source;
  try {
    return { ...source, body: bodies.unpack(body, packing, MOST_UNPACKED), unpacked: { from: packing, bytes: body } };
  } catch {
    const problem = `Compressed (${packing}): it cannot be unpacked${bodySize > body.length ? ', since it was cut' : ' within 4 MB'}.`;
    return { ...source, problem };
  }
}
