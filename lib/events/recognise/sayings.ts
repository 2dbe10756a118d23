import type { Meaning, RawRecord } from '@/lib/events/observed-event';
import type { Rules } from './compile-rules';
import type { ParsedBody } from './parse-body';
import { textOf } from './read-place';
import { shapeOf } from './recognise';
import { FIELDS, type Field } from './table';
import { toCount } from './values';

/** What one place says of one field. */
export interface Saying {
  readonly field: string;
  /** As `Why.from`: `header correlation-id (id headers)`. */
  readonly from: string;
  readonly value: string;
}

/** A clock is chosen by how fine it is, and the aggregate's parts are a business key. */
const NOT_COMPARED: ReadonlySet<Field> = new Set(['publishedAt', 'aggregateType', 'aggregateId']);
const MOST = 40;

/**
 * What else was said and not taken: every place that says something other than the event has, in the order of trust. [G53] Made when somebody
 * looks, from the kept bytes, so that storing an event does not pay for it.
 */
export function losersOf(record: RawRecord, meaning: Meaning, rules: Rules, decoded: ParsedBody | null = null): readonly Saying[] {
  const { plan, body } = shapeOf(record, rules, decoded);
  const losers: Saying[] = [];
  for (const { field, places } of plan.fields) {
    const name = FIELDS[field] as Field;
    if (NOT_COMPARED.has(name)) continue;
    for (const place of places) {
      const text = rules.blocked[place.family] === 0 ? textOf(place, record, body, rules.last) : null;
      const value = text === null || text === '' ? null : asKept(name, text, rules);
      if (value === null || value === keptOf(name, meaning) || losers.length === MOST) continue;
      losers.push({ field: place.why.field, from: place.why.from, value });
    }
  }
  return losers;
}

function asKept(field: Field, text: string, rules: Rules): string | null {
  if (field === 'source') return rules.serviceNames.get(text) ?? text;
  if (field === 'attempt') return toCount(text)?.toString() ?? null;
  if (field !== 'retries') return text;
  const count = toCount(text);
  return count === null ? null : String(count + 1);
}

function keptOf(field: Field, meaning: Meaning): string | null {
  if (field === 'attempt' || field === 'retries') return meaning.attempt?.toString() ?? null;
  return NOT_COMPARED.has(field)
    ? null
    : (meaning[field as Exclude<Field, 'publishedAt' | 'retries' | 'aggregateType' | 'aggregateId' | 'attempt'>] ?? null);
}
