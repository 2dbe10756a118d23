import type { EventHeader } from './observed-event';
import { hexOf } from './recognise/values';

/** What a record says its schema is, beside or before the payload. */
export type SchemaRef =
  | { readonly by: 'id' | 'content-id' | 'global-id'; readonly id: number }
  | { readonly by: 'guid'; readonly guid: string };

export interface HeaderSchema {
  readonly ref: SchemaRef;
  /** Confluent writes for Protobuf which message it is behind the id; empty otherwise. */
  readonly path: Uint8Array;
  /** Apicurio writes for Protobuf the message's name, without its package. */
  readonly message: string | null;
  /** Apicurio's Avro may be written as JSON, and says so in a header. */
  readonly asJson: boolean;
}

/** A record has two parts that may each be written with a schema. */
export type RecordPart = 'value' | 'key';

const NAMES = {
  value: { confluent: '__value_schema_id', content: 'apicurio.value.contentid', global: 'apicurio.value.globalid' },
  key: { confluent: '__key_schema_id', content: 'apicurio.key.contentid', global: 'apicurio.key.globalid' },
} as const;
const PROTOBUF_TYPES = { value: 'apicurio.protobuf.type', key: 'apicurio.protobuf.type.key' } as const;
const ENCODINGS = { value: 'apicurio.value.encoding', key: 'apicurio.key.encoding' } as const;
const SHORTEST = NAMES.key.confluent.length;
const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder();

/**
 * A schema named in a header, the payload being bare [G68]: Confluent's `__value_schema_id` (a zero byte and an id of 4 bytes, or a one and a
 * GUID of 16), Apicurio's `apicurio.value.contentId` and `…globalId` (8 bytes). `null` when there is none, or it is none of these.
 */
export function headerSchemaOf(headers: readonly EventHeader[], part: RecordPart = 'value'): HeaderSchema | null {
  const names = NAMES[part];
  for (let i = headers.length - 1; i >= 0; i--) {
    const { name, value } = headers[i] as EventHeader;
    if (value === null || name.length < SHORTEST) continue;
    const lower = name.toLowerCase();
    if (lower === names.confluent) return ofConfluent(value);
    if (lower === names.content || lower === names.global) {
      const ref = ofApicurio(value, lower === names.content ? 'content-id' : 'global-id');
      const asJson = textIn(headers, ENCODINGS[part])?.toUpperCase() === 'JSON';
      return ref === null ? null : { ref, path: NOTHING, message: textIn(headers, PROTOBUF_TYPES[part]), asJson };
    }
  }
  return null;
}

function textIn(headers: readonly EventHeader[], wanted: string): string | null {
  const value = headers.findLast(({ name }) => name.toLowerCase() === wanted)?.value ?? null;
  return value === null || value.length === 0 || value.length > 256 ? null : decoder.decode(value);
}

function ofConfluent(value: Uint8Array): HeaderSchema | null {
  if (value[0] === 0 && value.length >= 5) {
    const id = new DataView(value.buffer, value.byteOffset).getUint32(1);
    return id === 0 ? null : { ref: { by: 'id', id }, path: value.subarray(5), message: null, asJson: false };
  }
  if (value[0] !== 1 || value.length < 17) return null;
  const hex = hexOf(value, 1, 17);
  const guid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return { ref: { by: 'guid', guid }, path: value.subarray(17), message: null, asJson: false };
}

function ofApicurio(value: Uint8Array, by: 'content-id' | 'global-id'): SchemaRef | null {
  if (value.length !== 8) return null;
  const id = Number(new DataView(value.buffer, value.byteOffset).getBigUint64(0));
  return id > 0 && Number.isSafeInteger(id) ? { by, id } : null;
}
