import type { BrokerName } from '@/lib/events/names';
import type { EventHeader, RawRecord } from '@/lib/events/observed-event';
import { packingOf, type JsonObject, type ParsedBody } from '@/lib/events/recognise/parse-body';
import { wireFormatOf } from '@/lib/events/wire-format';
import type { Bodies, DecodedBody, EncodedBody } from '../../decoding/bodies';

/** Longer bodies are only decoded when somebody looks. */
const MOST_BYTES = 64 * 1024;
const CHUNK = 500;
/** Beyond these the tap goes on without. Tests of what is decoded, not of how long it takes, give more. */
export const DECODING_LIMITS = {
  /** For a chunk, decoding. */
  chunkMs: 500,
  /** For a schema that was never asked for. */
  registryMs: 250,
  /** For a whole batch. */
  batchMs: 1_000,
};

/**
 * Bodies that need a schema, decoded before recognition, by index of the record: so that keys, types and ids within them count. [G66] Bounded:
 * what is not decoded in time is recognised by its headers and decoded when somebody looks. `null` when nothing is to be decoded.
 */
export async function decodeBatch(
  records: readonly RawRecord[],
  broker: BrokerName,
  bodies: Bodies,
  { chunkMs, registryMs, batchMs } = DECODING_LIMITS,
  clock: () => number = performance.now.bind(performance),
): Promise<ReadonlyMap<number, ParsedBody> | null> {
  const encoded: { readonly index: number; readonly body: EncodedBody }[] = [];
  for (let index = 0; index < records.length; index++) {
    const body = encodedOf(records[index] as RawRecord, broker);
    if (body !== null && bodies.isEncoded(body)) encoded.push({ index, body });
  }
  if (encoded.length === 0) return null;
  const parsed = new Map<number, ParsedBody>();
  const start = clock();
  for (let from = 0; from < encoded.length; from += CHUNK) {
    const chunk = encoded.slice(from, from + CHUNK);
    const late = clock() - start > batchMs;
    const decoded = late
      ? chunk.map(() => LATE)
      : await bodies.decode(
          chunk.map(({ body }) => body),
          { withinMs: chunkMs, registryWithinMs: registryMs },
        );
    chunk.forEach(({ index, body }, n) => parsed.set(index, toParsed(decoded[n] ?? LATE, body)));
  }
  return parsed;
}

const LATE: DecodedBody = { text: null, problem: 'There was no time to decode it.', schema: null };

function encodedOf({ channel, partition, headers, body, bodySize }: RawRecord, broker: BrokerName): EncodedBody | null {
  if (body === null) return null;
  // JSON and text, nearly everything, need no look at the headers.
  const first = body[0];
  if (first === 0x7b || first === 0x5b || first === 0x3c || first === 0x22) return null;
  if (body.length < bodySize || body.length > MOST_BYTES || packingOf(body, textIn(headers, 'content-encoding')) !== null) return null;
  return { broker, channel, partition, body, headers, contentType: textIn(headers, 'content-type') };
}

function textIn(headers: readonly EventHeader[], wanted: string): string | null {
  const value = headers.findLast(({ name }) => name.length === wanted.length && name.toLowerCase() === wanted)?.value ?? null;
  return value === null ? null : Buffer.from(value).toString('latin1');
}

function toParsed({ text, problem, schema }: DecodedBody, { body, partition }: EncodedBody): ParsedBody {
  const schemaId = schema?.id ?? (partition === null ? null : (wireFormatOf(body)?.schemaId ?? null));
  if (text === null) return { object: null, text: null, problem, schemaId };
  const value = JSON.parse(text) as unknown;
  const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  return { object, text, problem: null, schemaId };
}
