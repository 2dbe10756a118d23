import { decodeAmqpValue } from '@/lib/events/amqp-values';
import type { EventHeader } from '@/lib/events/observed-event';
import type { Family, FoundFailure, FoundOrigin } from '../table';
import { lastHeader, textOfHeader } from '../values';

/** RabbitMQ's own account: `x-death` (newest first, one entry per queue and reason) and the flat `x-first-death-*`, `x-last-death-*` (4.0+). */
export const rabbitmqDeaths: Family = {
  name: 'rabbitmq-death',
  title: 'RabbitMQ dead-lettering',
  framework: false,
  detect: 'always',
  failure: { detect: ['x-death', 'x-first-death-queue'], marksDeadLetter: false, read: readDeaths },
};

function readDeaths(headers: readonly EventHeader[]): FoundFailure | null {
  const deaths = deathsOf(headers);
  const newest = deaths[0];
  const oldest = deaths[deaths.length - 1];
  const first = flatOrigin(headers, 'x-first-death', oldest);
  const last = flatOrigin(headers, 'x-last-death', newest);
  const reason = textOf(headers, 'x-last-death-reason') ?? newest?.reason ?? textOf(headers, 'x-first-death-reason');
  if (first.inbox === null && last.inbox === null && reason === null) return null;
  return {
    cause: null,
    message: null,
    stack: null,
    reason,
    count: newest?.count ?? null,
    consumer: null,
    first,
    last: last.inbox === null ? first : last,
  };
}

interface Death {
  readonly queue: string | null;
  readonly exchange: string | null;
  readonly reason: string | null;
  readonly count: number | null;
  readonly routingKey: string | null;
}

function flatOrigin(headers: readonly EventHeader[], prefix: string, death: Death | undefined): FoundOrigin {
  const inbox = textOf(headers, `${prefix}-queue`) ?? death?.queue ?? null;
  const channel = textOf(headers, `${prefix}-exchange`) ?? death?.exchange ?? null;
  return { channel, inbox, partition: null, offset: null, routingKey: death?.routingKey ?? null };
}

function deathsOf(headers: readonly EventHeader[]): readonly Death[] {
  const header = lastHeader(headers, 'x-death');
  if (header === null || header.value === null) return [];
  const value = decodeAmqpValue(header.wire, header.value);
  return Array.isArray(value) ? value.flatMap((entry) => (isTable(entry) ? [toDeath(entry)] : [])) : [];
}

function toDeath(entry: Readonly<Record<string, unknown>>): Death {
  const keys = entry['routing-keys'];
  return {
    queue: asText(entry.queue),
    exchange: asText(entry.exchange),
    reason: asText(entry.reason),
    count: asCount(entry.count),
    routingKey: Array.isArray(keys) ? asText(keys[0]) : null,
  };
}

const textOf = (headers: readonly EventHeader[], name: string): string | null => {
  const header = lastHeader(headers, name);
  return header === null ? null : textOfHeader(header, 1024);
};
const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const asCount = (value: unknown): number | null => {
  const count = typeof value === 'bigint' ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
};
