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

export interface Joined {
  readonly events: readonly EventRow[];
  /** How each event that was not there from the start was joined. */
  readonly by: ReadonlyMap<EventId, { readonly rule: FlowRule; readonly says: string }>;
}

/** [J1] Whatever the order of arrival, what is joined to `from` out of `candidates` is the same. [J3] Joined through others counts. */
export function joinFlow(from: readonly EventRow[], candidates: readonly EventRow[]): Joined {
  const here = new Map(from.map((event) => [event.id, event]));
  const waiting = new Map(candidates.filter(({ id }) => !here.has(id)).map((event) => [event.id, event]));
  const byToken = new Map<string, EventRow[]>();
  for (const event of waiting.values())
    for (const token of tokensOf(event)) {
      const same = byToken.get(nameOf(token));
      if (same) same.push(event);
      else byToken.set(nameOf(token), [event]);
    }
  const by = new Map<EventId, { readonly rule: FlowRule; readonly says: string }>();
  const open = [...from];
  for (let event = open.pop(); event; event = open.pop()) {
    for (const token of tokensOf(event)) {
      for (const other of byToken.get(nameOf(token)) ?? []) {
        if (!waiting.delete(other.id)) continue;
        by.set(other.id, { rule: ruleBetween(event, other, token), says: token.says });
        open.push(other);
        here.set(other.id, other);
      }
      byToken.delete(nameOf(token));
    }
  }
  return { events: [...here.values()], by };
}

/** The values by which a store can be asked for what belongs to these events, in the order of the events, each once. */
export function idsToAsk(events: readonly EventRow[], most: number): readonly string[] {
  const ids = new Set<string>();
  for (const event of events) {
    for (const { space, value } of tokensOf(event)) ids.add(space === 'key' ? value.slice(value.indexOf('\n') + 1) : value);
    if (ids.size >= most) break;
  }
  return [...ids].slice(0, most);
}

function tokensOf(event: EventRow): readonly Token[] {
  const tokens: Token[] = [];
  const id = (value: string | null | undefined, rule: FlowRule, says: string): void => {
    if (value !== null && value !== undefined && value !== '') tokens.push({ space: 'id', value, rule, says: `${says} ${value}` });
  };
  id(event.messageId, 'causation', 'message id');
  id(event.causationId, 'causation', 'causation id');
  id(event.correlationId, 'correlation', 'correlation id');
  id(event.conversationId, 'conversation', 'conversation id');
  id(event.sagaId, 'conversation', 'saga id');
  for (const { name, value } of joiningKeys(event)) {
    tokens.push({ space: 'key', value: `${name}\n${value}`, rule: 'business-key', says: `${name} ${value}` });
    // A record whose body nobody can read is still keyed by the order it is about.
    if (value.length >= SHORTEST_VALUE) tokens.push({ space: 'value', value, rule: 'business-key', says: `${name} ${value}` });
  }
  if (event.businessKeys.length === 0 && event.key !== null && event.key.length >= SHORTEST_VALUE)
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
  return {
    joinedBy: first?.says ?? (asked === null ? 'nothing' : `id ${asked}`),
    rule,
    evidence: 'inferred',
    traceIds,
    cappedAt,
  };
}

const RULES: readonly FlowRule[] = ['business-key', 'correlation', 'conversation', 'reply', 'causation'];
