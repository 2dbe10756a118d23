import type { EventHeader } from '@/lib/events/observed-event';

/** A message on an exchange or in a queue. Properties are headers of wire `property`, in the shape of a tap's records. */
export interface EngineMessage {
  /** Exchange it was published to; `''` is the default exchange. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly headers: readonly EventHeader[];
  readonly body: Uint8Array;
}

/** A record of a topic. */
export interface EngineRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly headers: readonly EventHeader[];
  readonly body: Uint8Array | null;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** Place among all records of the engine, so that a reader of many partitions can follow the order in which they were written. */
  readonly sequence: number;
  /** Stands for a batch that no reader can decompress. */
  readonly undecodable: boolean;
  /** The transaction that wrote it; null outside of one. */
  readonly transaction: { readonly state: 'open' | 'committed' | 'aborted' } | null;
  /** Marks where a transaction ended: it has an offset, and no reader sees it. */
  readonly marker: boolean;
}

/** A record that a reader is given: no marker, decodable, and not rolled back where only committed records are wanted. */
export const isRead = (record: EngineRecord, committedOnly: boolean): boolean =>
  !record.marker && !record.undecodable && (!committedOnly || record.transaction?.state !== 'aborted');

const text = new TextDecoder();

export function propertyOf(headers: readonly EventHeader[], name: string): string | null {
  const found = headers.find((header) => header.wire === 'property' && header.name === name);
  return found === undefined || found.value === null ? null : text.decode(found.value);
}

/** A property that should be a whole number, `null` when it is absent or is none. */
export function numberProperty(headers: readonly EventHeader[], name: string): number | null {
  const value = propertyOf(headers, name);
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

export const withoutProperty = (headers: readonly EventHeader[], name: string): EventHeader[] =>
  headers.filter((header) => !(header.wire === 'property' && header.name === name));

export function sizeOf(headers: readonly EventHeader[], body: Uint8Array | null): number {
  // About what the objects themselves take, beside the bytes.
  let size = 200 + (body?.length ?? 0);
  for (const header of headers) size += 60 + header.name.length + (header.value?.length ?? 0);
  return size;
}

export const sameBytes = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : a.length === b.length && a.every((byte, index) => byte === b[index]);

/** The same headers, whatever the order of the properties (they have none on the wire). */
export function sameHeaders(a: readonly EventHeader[], b: readonly EventHeader[]): boolean {
  const [first, second] = [inOrder(a), inOrder(b)];
  return first.length === second.length && first.every((one, index) => same(one, second[index]));
}

const same = (a: EventHeader, b: EventHeader | undefined): boolean =>
  b !== undefined && a.name === b.name && a.wire === b.wire && sameBytes(a.value, b.value);

const inOrder = (headers: readonly EventHeader[]): EventHeader[] => [
  ...headers.filter((one) => one.wire === 'property').toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  ...headers.filter((one) => one.wire !== 'property'),
];
