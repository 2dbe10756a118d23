/** What stands before the payload of a record whose schema is in a registry. */
export interface WireFormat {
  readonly schemaId: number;
  /** Where the payload begins; for Protobuf the message's path comes first (`messagePath`). */
  readonly from: number;
}

/**
 * Confluent's wire format: a zero byte, the schema's id in 4 bytes (8 where Apicurio is set so), the payload. `null` when it can't be that. [G60]
 */
export function wireFormatOf(body: Uint8Array, idBytes: 4 | 8 = 4): WireFormat | null {
  if (body.length <= 1 + idBytes || body[0] !== 0) return null;
  let schemaId = 0;
  for (let at = 1; at <= idBytes; at++) schemaId = schemaId * 256 + (body[at] as number);
  return schemaId > 0 && Number.isSafeInteger(schemaId) ? { schemaId, from: 1 + idBytes } : null;
}

const MAX_DEPTH = 32;

/**
 * Which message of a Protobuf schema it is: a count and so many indexes as zigzag varints, a lone zero for the first one. `null` when broken. [G60]
 */
export function messagePath(bytes: Uint8Array): { readonly path: readonly number[]; readonly from: number } | null {
  const count = zigzag(bytes, 0);
  if (count === null || count.value < 0 || count.value > MAX_DEPTH) return null;
  if (count.value === 0) return { path: [0], from: count.next };
  const path: number[] = [];
  let { next } = count;
  for (let n = 0; n < count.value; n++) {
    const index = zigzag(bytes, next);
    if (index === null || index.value < 0) return null;
    path.push(index.value);
    next = index.next;
  }
  return { path, from: next };
}

function zigzag(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } | null {
  let raw = 0;
  for (let at = from, factor = 1; at < from + 4 && at < bytes.length; at++, factor *= 128) {
    const byte = bytes[at] as number;
    raw += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value: raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2, next: at + 1 };
  }
  return null;
}

/** How a body is written when its content type says so and it is no text. */
export function binaryFormatOf(contentType: string | null): 'msgpack' | 'cbor' | 'protobuf' | null {
  if (contentType === null) return null;
  const type = contentType.toLowerCase();
  if (type.includes('msgpack') || type.includes('messagepack')) return 'msgpack';
  if (type.includes('cbor')) return 'cbor';
  return type.includes('protobuf') ? 'protobuf' : null;
}
