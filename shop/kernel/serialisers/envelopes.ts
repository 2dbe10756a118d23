import { semVer } from './version';
import { UnreadableBody, type WireEvent } from './wire-event';

/**
 * The two envelopes. A: `{id, type, source, data, timestamp, version, metadata?}`, also read flat, where the fields stand beside a `data`
 * that is missing, null or partial. B: `{eventId, type | eventType, occurredAt, version, payload}`.
 */
const OF_ENVELOPE_A = new Set(['id', 'type', 'source', 'data', 'timestamp', 'version', 'metadata']);

export const toEnvelopeA = (event: WireEvent): Record<string, unknown> => ({
  id: event.id,
  type: event.type,
  source: event.source,
  data: event.data,
  timestamp: event.at,
  version: event.version,
  ...(event.metadata === undefined ? {} : { metadata: event.metadata }),
});

export const toFlatA = (event: WireEvent): Record<string, unknown> => {
  const { data, ...envelope } = toEnvelopeA(event);
  return { ...(data as Record<string, unknown>), ...envelope };
};

export const toEnvelopeB = (event: WireEvent): Record<string, unknown> => ({
  eventId: event.id,
  eventType: event.type,
  occurredAt: event.at,
  version: event.version,
  payload: event.data,
});

/** @throws UnreadableBody `InvalidEnvelope` when it is neither A nor B. */
export function fromEnvelope(value: unknown, source = 'unknown'): WireEvent {
  if (!isRecord(value)) throw new UnreadableBody('InvalidEnvelope', 'the body is not an object');
  const id = value.id ?? value.eventId;
  const type = value.type ?? value.eventType;
  if (!isId(id) || typeof type !== 'string') throw new UnreadableBody('InvalidEnvelope', 'neither envelope A nor B: no id or no type');
  return {
    id: String(id),
    type,
    version: semVer(value.version),
    source: typeof value.source === 'string' ? value.source : source,
    at: readTime(value.timestamp ?? value.occurredAt),
    data: withStringIds('eventId' in value ? dataOfB(value) : dataOfA(value)),
    ...(isRecord(value.metadata) ? { metadata: value.metadata } : {}),
  };
}

function dataOfA(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (value.data !== undefined && value.data !== null && !isRecord(value.data))
    throw new UnreadableBody('InvalidEnvelope', 'data is not an object');
  const beside = Object.fromEntries(Object.entries(value).filter(([name]) => !OF_ENVELOPE_A.has(name)));
  return { ...beside, ...(isRecord(value.data) ? value.data : {}) };
}

function dataOfB(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (!isRecord(value.payload)) throw new UnreadableBody('InvalidEnvelope', 'payload is not an object');
  return value.payload;
}

/** Some systems count their ids, some name them; inside the shop an id is a string. */
export function withStringIds(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      typeof value === 'number' && name.endsWith('Id')
        ? String(value)
        : Array.isArray(value)
          ? value.map((item) => (isRecord(item) ? withStringIds(item) : item))
          : value,
    ]),
  );
}

function readTime(value: unknown): string {
  const time = new Date(typeof value === 'number' || typeof value === 'string' ? value : Number.NaN);
  return Number.isNaN(time.getTime()) ? new Date(0).toISOString() : time.toISOString();
}

const isId = (value: unknown): value is string | number => (typeof value === 'string' && value !== '') || Number.isInteger(value);

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
