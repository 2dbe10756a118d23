import { Poison, type Data, type Decoded, type OutgoingEvent } from '../events';
import { semVer } from './version';

/**
 * The two envelopes. A: `{id, type, source, data, timestamp, version, metadata?}`, also read flat, where the fields stand beside a `data`
 * that is missing, null or partial. B: `{eventId, type | eventType, occurredAt, version, payload}`.
 */
const OF_ENVELOPE_A = new Set(['id', 'type', 'source', 'data', 'timestamp', 'version', 'metadata']);

export const toEnvelopeA = (event: OutgoingEvent): Record<string, unknown> => ({
  id: event.id,
  type: event.type,
  source: event.source,
  data: event.data,
  timestamp: new Date(event.at).toISOString(),
  version: event.version,
  // A program that tells nothing of what belongs together.
  ...(event.correlationId === ''
    ? {}
    : { metadata: { correlationId: event.correlationId, ...(event.causationId === null ? {} : { causationId: event.causationId }) } }),
});

export const toEnvelopeB = (event: OutgoingEvent): Record<string, unknown> => ({
  eventId: event.id,
  eventType: event.type,
  occurredAt: new Date(event.at).toISOString(),
  version: event.version,
  payload: event.data,
});

/** @throws Poison `InvalidEnvelope` when it is neither A nor B. */
export function fromEnvelope(value: unknown): Decoded {
  if (!isRecord(value)) throw new Poison('InvalidEnvelope', 'the body is not an object');
  const id = value.id ?? value.eventId;
  const type = value.type ?? value.eventType;
  const at = timeOf(value.timestamp ?? value.occurredAt);
  if (!isId(id) || typeof type !== 'string') throw new Poison('InvalidEnvelope', 'neither envelope A nor B: no id or no type');
  return {
    id: String(id),
    type,
    data: withStringIds('eventId' in value ? dataOfB(value) : dataOfA(value)),
    ...(value.version === undefined ? {} : { version: semVer(value.version) }),
    ...(typeof value.source === 'string' ? { source: value.source } : {}),
    ...(at === null ? {} : { at }),
  };
}

function dataOfA(value: Data): Data {
  if (value.data !== undefined && value.data !== null && !isRecord(value.data))
    throw new Poison('InvalidEnvelope', 'data is not an object');
  const beside = Object.fromEntries(Object.entries(value).filter(([name]) => !OF_ENVELOPE_A.has(name)));
  return { ...beside, ...(isRecord(value.data) ? value.data : {}) };
}

function dataOfB(value: Data): Data {
  if (!isRecord(value.payload)) throw new Poison('InvalidEnvelope', 'payload is not an object');
  return value.payload;
}

/** Some systems count their ids, some name them; inside the shop an id is a string. */
export function withStringIds(data: Data): Data {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, stringId(name, value)]));
}

function stringId(name: string, value: unknown): unknown {
  if (typeof value === 'number' && name.endsWith('Id')) return String(value);
  return Array.isArray(value) ? value.map((item) => (isRecord(item) ? withStringIds(item) : item)) : value;
}

function timeOf(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : value;
  return typeof at === 'number' && Number.isFinite(at) ? at : null;
}

const isId = (value: unknown): value is string | number => (typeof value === 'string' && value !== '') || Number.isInteger(value);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
