import { createHash, randomBytes } from 'node:crypto';

const NAMESPACE = Buffer.from('6f2d1c8e0b5a4e47a1d39c7f5e2b8a60', 'hex');

/** Version 5 UUID: the same name gives the same id, on every machine. */
function uuidOf(name: string): string {
  const hash = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** An event's id: what the aggregate did at this version has one id, however often it is published. */
export const eventId = (aggregate: string, version: number | string, type: string): string => uuidOf(`${aggregate}|${version}|${type}`);

/** The span of an event belongs to the event, so that a message sent twice is the same span twice. */
export const spanOf = (id: string): string => createHash('sha1').update(`span|${id}`).digest('hex').slice(0, 16);

/** A trace that begins with this event. With a seed (the order's id) the same plan tells the same traces. */
export function newTraceparent(id: string, seed?: string): string {
  const trace =
    seed === undefined ? randomBytes(16).toString('hex') : createHash('sha1').update(`trace|${seed}`).digest('hex').slice(0, 32);
  return `00-${trace}-${spanOf(id)}-01`;
}

/** The event's place in its cause's trace; without a readable cause a new trace. */
export function childTraceparent(cause: string | null, id: string): string {
  const trace = traceOf(cause);
  return trace === null ? newTraceparent(id) : `00-${trace.traceId}-${spanOf(id)}-01`;
}

export interface TraceIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** The ids of a W3C traceparent; null when there is none or it is broken. */
export function traceOf(traceparent: string | null): TraceIds | null {
  const found = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(traceparent ?? '');
  return found?.[1] === undefined || found[2] === undefined ? null : { traceId: found[1], spanId: found[2] };
}
