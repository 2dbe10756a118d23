/**
 * The branded names of the product. A brand costs nothing at run time and keeps a queue's name out of a trace id's place.
 * Where Kafka and RabbitMQ differ, this is our own word and the adapter translates (ARCHITECTURE.md has the glossary).
 */
declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]?: B };

/** A broker as the configuration names it, e.g. `orders-kafka`. */
export type BrokerName = Branded<string, 'BrokerName'>;
/** A Kafka topic or a RabbitMQ exchange, by its own name. */
export type ChannelName = Branded<string, 'ChannelName'>;
/** A RabbitMQ queue by its own name, or a Kafka group on a topic as `topic@group` (a topic's name holds no `@`). */
export type InboxName = Branded<string, 'InboxName'>;
/** A service as we name it (design.md §6). */
export type ServiceName = Branded<string, 'ServiceName'>;
/** 32 lower-case hex digits where the context had them, else the id as it was sent. */
export type TraceId = Branded<string, 'TraceId'>;
/** Deterministic: the same record read twice has the same id (`eventIdOf…`). */
export type EventId = Branded<string, 'EventId'>;
/** One tap of one broker, e.g. `orders-kafka` or `shop-rabbit`. */
export type TapName = Branded<string, 'TapName'>;
/** Microseconds since 1970-01-01 UTC. Exact up to the year 2255. */
export type Micros = Branded<number, 'Micros'>;
/** Milliseconds, a duration or since 1970-01-01 UTC, as the name of the variable says. */
export type Millis = Branded<number, 'Millis'>;

/** Which protocol a broker speaks. The in-process broker plays one of both and says so (`BrokerInfo.inProcess`). */
export type BrokerSystem = 'kafka' | 'rabbitmq';

/** How we know a thing: seen in traffic, declared by the broker, or inferred from headers and order. */
export type Evidence = 'seen' | 'declared' | 'inferred';

export const inboxOfGroup = (topic: string, group: string): InboxName => `${topic}@${group}`;

/** Takes `topic@group` apart; a queue's name comes back as `{ group: name, topic: null }`. */
export function groupOfInbox(inbox: InboxName): { group: string; topic: string | null } {
  const at = inbox.indexOf('@');
  return at < 0 ? { group: inbox, topic: null } : { group: inbox.slice(at + 1), topic: inbox.slice(0, at) };
}

export const eventIdOfLog = (broker: BrokerName, topic: string, partition: number, offset: number): EventId =>
  `k:${broker}:${topic}:${partition}:${offset}`;

export const eventIdOfBatch = (broker: BrokerName, tap: TapName, batch: number, index: number): EventId =>
  `r:${broker}:${tap}:${batch}:${index}`;
