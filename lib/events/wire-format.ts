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

/** Which message it is, by its place in the file or by its name without the package, and where its bytes begin. */
export interface ProtobufStart {
  readonly message: readonly number[] | string;
  readonly from: number;
}

/**
 * What stands before a Protobuf payload whose schema is in a registry, told apart by what can't be the other [G70]:
 * - Confluent: the message's path.
 * - Apicurio before an id in the record, since version 3 also beside ids in headers: its `Ref` (a length, and a message whose first field is the
 *   name), where the schema `knows` a message of that name; behind it the path as well, where it is set so.
 * - Apicurio with ids in headers: nothing, and the name is in a header (`named`); or a path. No message begins with a path's bytes: fields are
 *   numbered from 1, so its first byte is 8 or more.
 * `null` when it does not say which message it is.
 */
export function protobufStart(bytes: Uint8Array, named: string | null, knows: (message: string) => boolean): ProtobufStart | null {
  const ref = refOf(bytes);
  const isRef = ref !== null && (named === null ? knows(ref.name) : ref.name === named);
  if (!isRef && named === null) {
    const at = messagePath(bytes);
    return at === null ? null : { message: at.path, from: at.from };
  }
  const from = isRef ? ref.from : 0;
  const path = (bytes[from] ?? 8) < 8 ? messagePath(bytes.subarray(from)) : null;
  return { message: isRef ? ref.name : (named as string), from: from + (path?.from ?? 0) };
}

const ascii = new TextDecoder('latin1');

/** `Ref { string name = 1; }`, its length before it; names of messages are ASCII and shorter than 126 letters here. */
function refOf(bytes: Uint8Array): { readonly name: string; readonly from: number } | null {
  const length = bytes[0] ?? 0;
  if (length < 3 || length > 127 || bytes.length <= length || bytes[1] !== 10 || bytes[2] !== length - 2) return null;
  const name = ascii.decode(bytes.subarray(3, length + 1));
  return /^[A-Za-z_][\w.]*$/.test(name) ? { name, from: length + 1 } : null;
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
