import type { EventId } from '@/lib/events/names';
import type { TraceFlow } from '@/lib/contract/trace-story';
import type { EventRow } from '@/lib/contract/traces';
import { joiningKeys } from './joining-keys';

/**
 * Joins events that carry no common trace id (docs/spec/traces.md, J1–J6). Two events belong together when they share one of the ids below, and
 * so do those that a third event joins. Ids of one message, of its causes and of its conversation are one space of values: a reply's
 * correlation id is its request's message id. A business key joins by its name and value.
 */
export type FlowRule = Exclude<TraceFlow['rule'], 'bridged'>;

/** An id to join by, and what it is for people. */
interface Token {
  readonly space: 'id' | 'key' | 'value';
  readonly value: string;
  readonly rule: FlowRule;
  readonly says: string;
}

/** Shorter values of a record's key are counters and flags: they join nothing by themselves. */
const SHORTEST_VALUE = 4;

/** What is written where nothing was said: `0`, `null`, an id of zeros. */
const PLACEHOLDER = /^([0-]*|-1|null|nil|none|undefined|nan|n\/?a|unknown|default|true|false)$/i;

/** More than so many orders (payments, …), or events, with one id: it names a service, a batch or a region, and no process. */
const MOST_PROCESSES = 100;
const MOST_SHARING = 1_000;

export interface Joined {
  readonly events: readonly EventRow[];
  /** How each event that was not there from the start was joined. */
  readonly by: ReadonlyMap<EventId, { readonly rule: FlowRule; readonly says: string }>;
  /** Ids of these events that so much else carries that they join nothing, for people; the most frequent first. */
  readonly shared: readonly { readonly value: string; readonly says: string; readonly events: number }[];
}

/**
 * [J1] Whatever the order of arrival, what is joined to `from` out of `candidates` is the same. [J3] Joined through others counts. [J7] What
 * very many share joins nothing.
 */
export function joinFlow(from: readonly EventRow[], candidates: readonly EventRow[]): Joined {
  const here = new Map(from.map((event) => [event.id, event]));
  const waiting = new Map(candidates.filter(({ id }) => !here.has(id)).map((event) => [event.id, event]));
  const byToken = new Map<string, { readonly token: Token; readonly events: EventRow[] }>();
  for (const event of [...here.values(), ...waiting.values()])
    for (const token of tokensOf(event)) {
      const same = byToken.get(nameOf(token));
      if (same) same.events.push(event);
      else byToken.set(nameOf(token), { token, events: [event] });
    }
  const by = new Map<EventId, { readonly rule: FlowRule; readonly says: string }>();
  const shared = new Map<string, Joined['shared'][number]>();
  const open = [...here.values()];
  for (let event = open.pop(); event; event = open.pop()) {
    for (const token of tokensOf(event)) {
      const same = byToken.get(nameOf(token));
      if (same === undefined) continue;
      byToken.delete(nameOf(token));
      if (isShared(same.token, same.events)) {
        const had = shared.get(token.value)?.events ?? 0;
        shared.set(token.value, { value: askedValue(token), says: token.says, events: Math.max(had, same.events.length) });
        continue;
      }
      for (const other of same.events) {
        if (!waiting.delete(other.id)) continue;
        by.set(other.id, { rule: ruleBetween(event, other, token), says: token.says });
        open.push(other);
        here.set(other.id, other);
      }
    }
  }
  return {
    events: [...here.values()],
    by,
    shared: [...shared.values()].toSorted((a, b) => b.events - a.events || (a.says < b.says ? -1 : 1)),
  };
}

/** Of one process there are few of each kind: an id over hundreds of orders is none of them's. */
function isShared({ space }: Token, events: readonly EventRow[]): boolean {
  if (events.length <= MOST_PROCESSES) return false;
  if (space === 'id' && events.length > MOST_SHARING) return true;
  const values = new Map<string, Set<string>>();
  for (const event of events)
    for (const { name, value } of joiningKeys(event)) {
      const ofName = values.get(name) ?? new Set();
      values.set(name, ofName.add(value));
      if (ofName.size > MOST_PROCESSES) return true;
    }
  return false;
}

/** Whether what carries this id has only that in common: it stands for nothing, very many share it, or it is a key like a customer's. */
export function isSharedId(id: string, carriers: readonly EventRow[]): boolean {
  if (PLACEHOLDER.test(id)) return true;
  const groups = new Map<string, { readonly token: Token; readonly events: EventRow[] }>();
  for (const event of carriers)
    for (const token of tokensOf(event))
      if (askedValue(token) === id) {
        const group = groups.get(nameOf(token)) ?? { token, events: [] };
        groups.set(nameOf(token), group);
        group.events.push(event);
      }
  if (groups.size === 0) return carriers.length > 1 && carriers.every((event) => isKeyOf(id, event));
  return [...groups.values()].some(({ token, events }) => isShared(token, events));
}

const isKeyOf = (id: string, event: EventRow): boolean => event.key === id || event.businessKeys.some(({ value }) => value === id);

/** The values by which a store can be asked for what belongs to these events, in the order of the events, each once; without those that join nothing. */
export function idsToAsk({ events, shared }: Pick<Joined, 'events' | 'shared'>, most: number): readonly string[] {
  const ids = new Set<string>();
  const not = new Set(shared.map(({ value }) => value));
  for (const event of events) {
    for (const token of tokensOf(event)) if (!not.has(askedValue(token))) ids.add(askedValue(token));
    if (ids.size >= most) break;
  }
  return [...ids].slice(0, most);
}

const askedValue = ({ space, value }: Token): string => (space === 'key' ? value.slice(value.indexOf('\n') + 1) : value);

function tokensOf(event: EventRow): readonly Token[] {
  const tokens: Token[] = [];
  const id = (value: string | null | undefined, rule: FlowRule, says: string): void => {
    if (value !== null && value !== undefined && !PLACEHOLDER.test(value))
      tokens.push({ space: 'id', value, rule, says: `${says} ${value}` });
  };
  id(event.messageId, 'causation', 'message id');
  id(event.causationId, 'causation', 'causation id');
  id(event.correlationId, 'correlation', 'correlation id');
  id(event.conversationId, 'conversation', 'conversation id');
  id(event.sagaId, 'conversation', 'saga id');
  for (const { name, value } of joiningKeys(event)) {
    if (PLACEHOLDER.test(value)) continue;
    tokens.push({ space: 'key', value: `${name}\n${value}`, rule: 'business-key', says: `${name} ${value}` });
    // A record whose body nobody can read is still keyed by the order it is about.
    if (value.length >= SHORTEST_VALUE) tokens.push({ space: 'value', value, rule: 'business-key', says: `${name} ${value}` });
  }
  if (event.businessKeys.length === 0 && event.key !== null && event.key.length >= SHORTEST_VALUE && !PLACEHOLDER.test(event.key))
    tokens.push({ space: 'value', value: event.key, rule: 'business-key', says: `key ${event.key}` });
  return tokens;
}

const nameOf = ({ space, value }: Token): string => `${space}\n${value}`;

function ruleBetween(a: EventRow, b: EventRow, { space, value, rule }: Token): FlowRule {
  if (space !== 'id') return 'business-key';
  const message = a.messageId === value || b.messageId === value;
  if (message && (a.correlationId === value || b.correlationId === value) && a.messageId !== b.messageId) return 'reply';
  if (a.correlationId === value && b.correlationId === value) return 'correlation';
  return rule;
}

/** What joined a flow as a whole: the strongest rule that was needed, and its id. */
export function describeFlow(joined: Joined, asked: string | null, traceIds: readonly string[], cappedAt: number | null): TraceFlow {
  const first = [...joined.by.values()].toSorted((a, b) => RULES.indexOf(a.rule) - RULES.indexOf(b.rule))[0];
  const bridged = traceIds.length > 0;
  const rule = bridged ? 'bridged' : (first?.rule ?? 'correlation');
  const not = joined.shared.find(({ value }) => value !== asked);
  return {
    joinedBy: `${first?.says ?? (asked === null ? 'its trace id alone' : `id ${asked}`)}${not === undefined ? '' : ` (not by ${not.says}: ${not.events} events share it)`}`,
    rule,
    evidence: first === undefined && asked === null ? 'seen' : 'inferred',
    traceIds,
    cappedAt,
  };
}

const RULES: readonly FlowRule[] = ['business-key', 'correlation', 'conversation', 'reply', 'causation'];
