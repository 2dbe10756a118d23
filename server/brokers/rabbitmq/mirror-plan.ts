import { isLiteral, matcherOf } from '@/lib/topology/name-pattern';
import { topicWords } from '@/lib/topology/route';
import type { TapNote } from '../broker';
import type { JsonObject } from './management-api';
import { isOurs } from './rabbit-settings';
import type { RabbitBinding, RabbitExchange, RabbitQueue, RabbitTopology } from './rabbit-topology';

/**
 * Which bindings the tap's queue needs so that it gets one copy of every message some queue gets, and no message that nobody gets. Pure.
 *
 * The idea: where an exchange routes to a queue, our queue is bound beside it with the same key and arguments. An exchange-to-exchange binding
 * needs nothing: what comes through it meets our bindings at the next exchange, and one queue gets one copy of a publish however many of its
 * bindings match. So the set of routable messages stays the same, and with it mandatory returns and alternate exchanges.
 * Guarded by mirror-plan.test.ts (a property over random topologies) and the live tests [R30]–[R36].
 */
export interface MirrorRequest {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly includeAutoDelete: readonly string[];
  readonly bindAll: readonly string[];
}

export interface MirrorBinding {
  readonly source: string;
  readonly routingKey: string;
  readonly arguments: JsonObject;
}

export interface MirrorPlan {
  readonly bindings: readonly MirrorBinding[];
  /** Exchanges that were asked for and whose messages come, by our bindings there or further on. */
  readonly channels: readonly string[];
  readonly notes: readonly TapNote[];
}

/** Whether messages published to an exchange are wanted: by name, and never internal ones unless named exactly. */
export function wantedChannel(
  request: Pick<MirrorRequest, 'include' | 'exclude'>,
  isInternal: (name: string) => boolean,
): (name: string) => boolean {
  const included = matcherOf(request.include);
  const named = new Set(request.include.filter(isLiteral));
  const excluded = matcherOf(request.exclude);
  return (name) => name !== '' && !isOurs(name) && !excluded(name) && (named.has(name) || (included(name) && !isInternal(name)));
}

/** Why an exchange can't be bound, `null` when it can. Said in the picture and on the tap's card. */
export function whyUnreadable(exchange: RabbitExchange, chosen: (name: string) => boolean): string | null {
  if (exchange.name === '')
    return 'the default exchange can not be bound: its messages go straight to the queue of their key; rates and depth are known from counters, bodies are not';
  if (exchange.rule === 'opaque')
    return `type ${exchange.type} cannot be listened to without taking messages from applications; it is drawn from counters`;
  if (exchange.autoDelete && !chosen(exchange.name))
    return 'an auto-delete exchange would stay alive because of us; name it under includeAutoDelete to read it all the same';
  return null;
}

export function planMirror(topology: RabbitTopology, request: MirrorRequest): MirrorPlan {
  return new Planner(topology, request).plan();
}

class Planner {
  private readonly exchanges: ReadonlyMap<string, RabbitExchange>;
  private readonly queues: ReadonlyMap<string, RabbitQueue>;
  private readonly outgoing = new Map<string, RabbitBinding[]>();
  private readonly chosen: (name: string) => boolean;
  private readonly wanted: (name: string) => boolean;
  private readonly notes: TapNote[] = [];
  private readonly planned = new Map<string, MirrorBinding>();
  private readonly mirrored = new Set<string>();

  constructor(
    topology: RabbitTopology,
    private readonly request: MirrorRequest,
  ) {
    this.exchanges = new Map(topology.exchanges.map((one) => [one.name, one]));
    this.queues = new Map(topology.queues.map((one) => [one.name, one]));
    for (const binding of topology.bindings) {
      if (isOurs(binding.destination)) continue;
      const list = this.outgoing.get(binding.source);
      if (list === undefined) this.outgoing.set(binding.source, [binding]);
      else list.push(binding);
    }
    this.chosen = matcherOf(request.includeAutoDelete);
    this.wanted = wantedChannel(request, (name) => this.exchanges.get(name)?.internal ?? false);
  }

  plan(): MirrorPlan {
    const asked = [...this.exchanges.keys()].filter(this.wanted).sort();
    const reached = this.reachableFrom(asked);
    for (const exchange of this.exchanges.values()) {
      if (reached.has(exchange.name)) this.mirror(exchange);
      if (this.wanted(exchange.name)) this.noteWhatIsNotSeen(exchange);
    }
    const channels = asked.filter((name) => [...this.reachableFrom([name])].some((one) => this.mirrored.has(one)));
    for (const name of asked.filter(matcherOf(this.request.bindAll))) this.bindAll(name, channels);
    return { bindings: [...this.planned.values()], channels: channels.sort(), notes: this.notes };
  }

  /** Following exchange-to-exchange bindings, and alternate exchanges that are wanted too. */
  private reachableFrom(names: readonly string[]): ReadonlySet<string> {
    const seen = new Set<string>();
    const waiting = [...names];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const exchange = this.exchanges.get(name);
      if (exchange === undefined || seen.has(name)) continue;
      seen.add(name);
      // An alternate exchange is read where it is asked for: what ends there was not taken by the exchange that was.
      if (exchange.alternate !== null && this.wanted(exchange.alternate)) waiting.push(exchange.alternate);
      for (const binding of this.outgoing.get(name) ?? []) if (!binding.toQueue) waiting.push(binding.destination);
    }
    return seen;
  }

  private readonly bindable = (exchange: RabbitExchange): boolean => whyUnreadable(exchange, this.chosen) === null;

  private mirror(exchange: RabbitExchange): void {
    if (!this.bindable(exchange)) return;
    for (const binding of this.outgoing.get(exchange.name) ?? []) {
      const taken = binding.toQueue ? this.staysFor(binding.destination) : this.takesUnseen(binding.destination);
      if (taken) this.add(exchange.name, binding.routingKey, binding.arguments);
    }
  }

  private add(source: string, routingKey: string, args: JsonObject): void {
    this.mirrored.add(source);
    const binding = { source, routingKey, arguments: args };
    this.planned.set(keyOfMirror(binding), binding);
  }

  /** A queue whose binding we copy: exclusive and auto-delete ones come and go with a connection, and our copy would outlive them. */
  private staysFor(name: string): boolean {
    const queue = this.queues.get(name);
    return queue !== undefined && (!(queue.exclusive || queue.autoDelete) || this.chosen(name));
  }

  /** An exchange that we can't bind but that finds a queue for whatever reaches it: then the binding *to* it may be copied. */
  private takesUnseen(name: string): boolean {
    const exchange = this.exchanges.get(name);
    return exchange !== undefined && !this.bindable(exchange) && this.takesEverything(exchange, new Set());
  }

  private takesEverything(exchange: RabbitExchange, seen: Set<string>): boolean {
    if (seen.has(exchange.name)) return false;
    seen.add(exchange.name);
    const bindings = this.outgoing.get(exchange.name) ?? [];
    const stays = (binding: RabbitBinding): boolean =>
      binding.toQueue ? this.staysFor(binding.destination) : this.exchangeTakes(binding.destination, seen);
    if (exchange.rule === 'fanout' || exchange.type === 'x-recent-history') return bindings.some(stays);
    if (exchange.rule === 'topic') return bindings.some((binding) => isHash(binding.routingKey) && stays(binding));
    if (CHOOSES.has(exchange.type)) return bindings.some(stays) && bindings.every((binding) => binding.toQueue || stays(binding));
    return false;
  }

  private exchangeTakes(name: string, seen: Set<string>): boolean {
    const exchange = this.exchanges.get(name);
    return exchange !== undefined && this.takesEverything(exchange, seen);
  }

  private noteWhatIsNotSeen(exchange: RabbitExchange): void {
    const { name } = exchange;
    const why = whyUnreadable(exchange, this.chosen);
    if (why !== null) return void this.notes.push({ kind: 'not-readable', subject: name, text: why });
    for (const binding of this.outgoing.get(name) ?? []) {
      if (binding.toQueue) {
        if (this.queues.has(binding.destination) && !this.staysFor(binding.destination))
          this.notes.push({
            kind: 'not-readable',
            subject: name,
            text: `what only ${binding.destination} gets is not read: an exclusive or auto-delete queue, unless named under includeAutoDelete`,
          });
        continue;
      }
      const next = this.exchanges.get(binding.destination);
      if (next === undefined || this.bindable(next) || this.takesUnseen(next.name)) continue;
      this.notes.push({
        kind: 'not-readable',
        subject: name,
        text: `what goes on to ${next.name} only is not read: ${whyUnreadable(next, this.chosen)}`,
      });
    }
    const alternate = exchange.alternate === null ? undefined : this.exchanges.get(exchange.alternate);
    if (alternate === undefined) return;
    const whyNot =
      whyUnreadable(alternate, this.chosen) ?? (this.wanted(alternate.name) ? null : 'it is not among the channels that were chosen');
    if (whyNot !== null)
      this.notes.push({
        kind: 'not-readable',
        subject: name,
        text: `what ends in its alternate exchange ${alternate.name} is not read: ${whyNot}`,
      });
  }

  private bindAll(name: string, channels: string[]): void {
    const exchange = this.exchanges.get(name);
    if (exchange === undefined || !this.bindable(exchange)) return;
    if (exchange.rule === 'direct') {
      this.notes.push({ kind: 'effect', subject: name, text: 'bindAll has no effect: a direct exchange has no key for everything' });
      return;
    }
    this.add(name, exchange.rule === 'topic' ? '#' : '', exchange.rule === 'headers' ? { 'x-match': 'all' } : {});
    if (!channels.includes(name)) channels.push(name);
    this.notes.push({
      kind: 'effect',
      subject: name,
      text: 'read completely by choice (bindAll): unroutable messages become routable here, so mandatory returns no longer fire and its alternate exchange stays silent',
    });
  }
}

/** Types that give each message to one of their bindings. */
const CHOOSES = new Set(['x-consistent-hash', 'x-random', 'x-modulus-hash']);

const isHash = (key: string): boolean => topicWords(key).length > 0 && topicWords(key).every((word) => word === '#');

/** Identity of a binding: source, key, arguments (whatever their order). */
export const keyOfMirror = ({ source, routingKey, arguments: args }: MirrorBinding): string =>
  JSON.stringify([source, routingKey, Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1))]);
