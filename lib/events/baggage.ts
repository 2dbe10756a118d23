import type { EventHeader } from './observed-event';
import { textOfHeader } from './recognise/values';

export interface BaggageItem {
  readonly name: string;
  readonly value: string;
  /** The header it came from. */
  readonly from: string;
}

const MOST = 64;
const MAX_BYTES = 8192;
/** W3C, and .NET's older names of the same list. */
const LISTS = new Set(['baggage', 'correlation-context', 'mt-activity-correlation-context']);
/** One header per item: Jaeger, OpenTracing. */
const PREFIXES = ['uberctx-', 'ot-baggage-'];

/** What a trace carries along: `tenant=t-1,user=u%202;prop` → two items. [G55] At most 64; what is no `name=value` is left out. */
export function baggageOf(headers: readonly EventHeader[]): readonly BaggageItem[] {
  const items: BaggageItem[] = [];
  for (const header of headers) {
    const name = header.name.toLowerCase();
    const prefix = PREFIXES.find((one) => name.startsWith(one));
    if (header.wire === 'property' || (prefix === undefined && !LISTS.has(name))) continue;
    const text = textOfHeader(header, MAX_BYTES);
    if (text === null) continue;
    if (prefix !== undefined) items.push({ name: name.slice(prefix.length), value: decoded(text), from: header.name });
    else items.push(...itemsOf(text, header.name));
  }
  return items.slice(0, MOST);
}

const itemsOf = (text: string, from: string): BaggageItem[] =>
  text.split(',', MOST).flatMap((member) => {
    const item = member.split(';', 1)[0] as string;
    const equals = item.indexOf('=');
    const name = item.slice(0, Math.max(0, equals)).trim();
    return name === '' ? [] : [{ name, value: decoded(item.slice(equals + 1).trim()), from }];
  });

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
