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
}

const CONFLUENT = '__value_schema_id';
const CONTENT_ID = 'apicurio.value.contentid';
const GLOBAL_ID = 'apicurio.value.globalid';
const NOTHING = new Uint8Array(0);

/**
 * A schema named in a header, the payload being bare [G68]: Confluent's `__value_schema_id` (a zero byte and an id of 4 bytes, or a one and a
 * GUID of 16), Apicurio's `apicurio.value.contentId` and `…globalId` (8 bytes). `null` when there is none, or it is none of these.
 */
export function headerSchemaOf(headers: readonly EventHeader[]): HeaderSchema | null {
  for (let i = headers.length - 1; i >= 0; i--) {
    const { name, value } = headers[i] as EventHeader;
    if (value === null || name.length < CONFLUENT.length) continue;
    const lower = name.toLowerCase();
    if (lower === CONFLUENT) return ofConfluent(value);
    if (lower === CONTENT_ID || lower === GLOBAL_ID) return ofApicurio(value, lower === CONTENT_ID ? 'content-id' : 'global-id');
  }
  return null;
}

function ofConfluent(value: Uint8Array): HeaderSchema | null {
  if (value[0] === 0 && value.length >= 5) {
    const id = new DataView(value.buffer, value.byteOffset).getUint32(1);
    return id === 0 ? null : { ref: { by: 'id', id }, path: value.subarray(5) };
  }
  if (value[0] !== 1 || value.length < 17) return null;
  const hex = hexOf(value, 1, 17);
  const guid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return { ref: { by: 'guid', guid }, path: value.subarray(17) };
}

function ofApicurio(value: Uint8Array, by: 'content-id' | 'global-id'): HeaderSchema | null {
  if (value.length !== 8) return null;
  const id = Number(new DataView(value.buffer, value.byteOffset).getBigUint64(0));
  return id > 0 && Number.isSafeInteger(id) ? { ref: { by, id }, path: NOTHING } : null;
}
