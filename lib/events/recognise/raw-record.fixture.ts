import type { BrokerSystem } from '@/lib/events/names';
import type { EventHeader, RawRecord } from '@/lib/events/observed-event';
import { utf8 } from '@/lib/events/event.fixture';
import { compileRules } from './compile-rules';
import { recognise, type Recognised } from './recognise';

/** A record out of bytes: headers as `[name, text or bytes, wire]`, body as text, bytes, or something that becomes JSON. */
export function aRecord(
  headers: readonly (EventHeader | readonly [string, string | Uint8Array | null, string?])[] = [],
  body: unknown = null,
  over: Partial<RawRecord> = {},
): RawRecord {
  const bytes = body === null || body instanceof Uint8Array ? body : utf8(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    channel: 'orders',
    partition: null,
    offset: null,
    routingKey: null,
    key: null,
    headers: headers.map((header) =>
      'name' in header
        ? header
        : { name: header[0], wire: header[2] ?? 'kafka', value: typeof header[1] === 'string' ? utf8(header[1]) : header[1] },
    ),
    body: bytes,
    bodySize: bytes?.length ?? 0,
    publishedAt: null,
    publishedAtBy: null,
    observedAt: Date.UTC(2026, 10, 21, 12) * 1000,
    inboxes: [],
    ...over,
  };
}

const rules = compileRules();

export const recognised = (record: RawRecord, system: BrokerSystem = 'kafka'): Recognised => recognise(record, { system, rules });
