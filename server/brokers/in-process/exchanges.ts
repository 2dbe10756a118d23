import { type Router, type RoutingBinding, createRouter } from '@/lib/topology/route';
import { decodeAmqpValue } from '@/lib/events/amqp-values';
import type { EngineClock } from './clock';
import { engineError } from './errors';
import { type EngineMessage, propertyOf, sizeOf } from './message';
import { Queue, type QueueOptions } from './queue';
import { Ring, type RingBounds } from './ring';
import { goesRound } from './x-death';

export type ExchangeType = 'topic' | 'direct' | 'fanout' | 'headers';

export interface ExchangeOptions {
  readonly type: ExchangeType;
  /** Exchange that gets what no binding of this one takes. */
  readonly alternate?: string;
  readonly durable?: boolean;
  readonly autoDelete?: boolean;
}

export interface Exchange extends ExchangeOptions {
  readonly name: string;
  published: number;
}

/** What a tap may read: a publish that reached a queue, through an exchange that can be bound. */
export interface JournalEntry {
  readonly message: EngineMessage;
  readonly queues: readonly string[];
  /** Exchanges whose bindings brought it into the queues: its own, or behind an alternate exchange or a bound exchange the last one. */
  readonly via: readonly string[];
}

export type PublishResult = 'confirmed' | 'returned' | 'refused';

export interface ExchangesOptions {
  readonly clock: EngineClock;
  readonly journal: RingBounds;
  /** Bytes in all queues together; a publish beyond it is refused, as by a broker under its memory alarm. */
  readonly maxQueuedBytes: number;
  /** Called after every publish that a tap may read. */
  readonly onJournal: () => void;
  readonly onForget: (entry: JournalEntry, number: number) => void;
}

/** Exchanges, bindings and queues, and the journal of what was routed. */
export class Exchanges {
  readonly exchanges = new Map<string, Exchange>();
  readonly queues = new Map<string, Queue>();
  readonly bindings: RoutingBinding[] = [];
  readonly journal: Ring<JournalEntry>;
  /** Messages that went straight to a queue: counted, not readable. */
  publishedToDefault = 0;
  private queuedBytes = 0;
  private router: Router | null = null;
  private readonly via = new Map<string, readonly string[]>();

  constructor(private readonly options: ExchangesOptions) {
    this.journal = new Ring(options.journal, 0, options.onForget);
  }

  declareExchange(name: string, options: ExchangeOptions): void {
    const known = this.exchanges.get(name);
    if (known !== undefined && known.type !== options.type)
      throw engineError('precondition-failed', `exchange ${name} is of type ${known.type}`);
    if (known !== undefined) return;
    this.exchanges.set(name, { name, published: 0, ...options });
    this.forgetRoutes();
  }

  deleteExchange(name: string): void {
    this.exchanges.delete(name);
    this.removeBindings((binding) => binding.from === name || (binding.to.kind === 'exchange' && binding.to.name === name));
  }

  declareQueue(name: string, options: QueueOptions, owner: string): Queue {
    const known = this.queues.get(name);
    if (known !== undefined) {
      const same = JSON.stringify(inOrder(known.options)) === JSON.stringify(inOrder(options));
      if (!same) throw engineError('precondition-failed', `queue ${name} exists with other arguments`);
      if (known.options.exclusive === true && known.owner !== owner)
        throw engineError('precondition-failed', `queue ${name} belongs to ${known.owner}`);
      return known;
    }
    const queue = new Queue(name, options, owner, {
      clock: this.options.clock,
      weigh: (bytes) => (this.queuedBytes += bytes),
      abandon: (one) => this.deleteQueue(one.name),
      deadLetter: (message) => this.publishDead(message),
    });
    this.queues.set(name, queue);
    return queue;
  }

  deleteQueue(name: string): void {
    this.queues.get(name)?.delete();
    this.queues.delete(name);
    this.removeBindings((binding) => binding.to.kind === 'queue' && binding.to.name === name);
  }

  queue(name: string): Queue {
    const queue = this.queues.get(name);
    if (queue === undefined) throw engineError('not-found', `no queue ${name}`);
    return queue;
  }

  bind(binding: RoutingBinding): void {
    if (!this.exchanges.has(binding.from)) throw engineError('not-found', `no exchange ${binding.from}`);
    if (!(binding.to.kind === 'queue' ? this.queues : this.exchanges).has(binding.to.name))
      throw engineError('not-found', `no ${binding.to.kind} ${binding.to.name}`);
    if (this.bindings.some((one) => sameBinding(one, binding))) return;
    this.bindings.push(binding);
    this.forgetRoutes();
  }

  unbind(binding: RoutingBinding): void {
    this.removeBindings((one) => sameBinding(one, binding));
  }

  /** `returned`: no queue wanted it. `refused`: a negative confirm. An exchange that is not there is an error, as on a real channel. */
  publish(message: EngineMessage): PublishResult {
    const exchange = this.exchanges.get(message.exchange);
    if (message.exchange !== '' && exchange === undefined) throw engineError('not-found', `no exchange ${message.exchange}`);
    const queues = this.queuesFor(message);
    if (this.queuedBytes + sizeOf(message.headers, message.body) * queues.length > this.options.maxQueuedBytes) return 'refused';
    // A full queue with reject-publish refuses for the publisher; the other queues get the message all the same, as on the real one.
    const open = queues.filter((queue) => !queue.refuses());
    this.route(message, exchange, open);
    if (open.length < queues.length) return 'refused';
    return queues.length === 0 ? 'returned' : 'confirmed';
  }

  /** False when a queue that should have it is full; what is to become of it is the dying queue's strategy. */
  private publishDead(message: EngineMessage): boolean {
    const exchange = this.exchanges.get(message.exchange);
    // A dead letter whose exchange is gone is lost without a word: so it is on the real broker.
    if (message.exchange !== '' && exchange === undefined) return true;
    const queues = this.queuesFor(message).filter((queue) => !goesRound(message.headers, queue.name));
    const open = queues.filter((queue) => !queue.refuses());
    if (open.length > 0 || queues.length === 0) this.route(message, exchange, open);
    return open.length > 0 || queues.length === 0;
  }

  /** What a broker's restart leaves: durable queues with their persistent messages. Everything else is gone. */
  restart(): void {
    for (const queue of this.queues.values()) {
      queue.survive((message) => propertyOf(message.headers, 'delivery-mode') === '2');
      if (queue.options.durable !== true || queue.options.exclusive === true) this.deleteQueue(queue.name);
    }
    for (const exchange of this.exchanges.values()) if (exchange.durable !== true) this.deleteExchange(exchange.name);
  }

  private route(message: EngineMessage, exchange: Exchange | undefined, queues: readonly Queue[]): void {
    if (exchange === undefined) this.publishedToDefault += 1;
    else exchange.published += 1;
    for (const queue of queues) queue.push(message);
    if (exchange === undefined || queues.length === 0) return;
    const names = queues.map((queue) => queue.name);
    this.journal.push({ message, queues: names, via: this.viaOf(message.exchange, names) }, sizeOf(message.headers, message.body));
    this.options.onJournal();
  }

  private viaOf(exchange: string, queues: readonly string[]): readonly string[] {
    const key = JSON.stringify([exchange, ...queues]);
    let via = this.via.get(key);
    if (via === undefined) {
      const sources = queues.map((queue) =>
        this.bindings.filter(({ to }) => to.kind === 'queue' && to.name === queue).map(({ from }) => from),
      );
      via = [...new Set(sources.flatMap((names) => (names.includes(exchange) ? [exchange] : names)))];
      this.via.set(key, via);
    }
    return via;
  }

  /** After exchanges or bindings changed. */
  private forgetRoutes(): void {
    this.router = null;
    this.via.clear();
  }

  private queuesFor(message: EngineMessage): Queue[] {
    if (message.exchange === '') {
      const queue = this.queues.get(message.routingKey);
      return queue === undefined ? [] : [queue];
    }
    this.router ??= createRouter(
      [...this.exchanges.values()].map(({ name, type, alternate }) => ({ name, rule: type, alternate: alternate ?? null })),
      this.bindings,
    );
    const headers = () =>
      Object.fromEntries(
        message.headers.filter((one) => one.wire !== 'property').map((one) => [one.name, decodeAmqpValue(one.wire, one.value)]),
      );
    const names = this.router.queuesOf({ exchange: message.exchange, routingKey: message.routingKey, headers });
    return names.flatMap((name) => this.queues.get(name) ?? []);
  }

  private removeBindings(which: (binding: RoutingBinding) => boolean): void {
    const kept = this.bindings.filter((binding) => !which(binding));
    this.bindings.splice(0, this.bindings.length, ...kept);
    this.forgetRoutes();
  }
}

const sameBinding = (a: RoutingBinding, b: RoutingBinding): boolean =>
  a.from === b.from &&
  a.to.kind === b.to.kind &&
  a.to.name === b.to.name &&
  a.routingKey === b.routingKey &&
  JSON.stringify(a.arguments) === JSON.stringify(b.arguments);

/** Without what is not said or means nothing: `{}` and `{ durable: undefined }` are the same declaration. */
const inOrder = (options: QueueOptions): [string, unknown][] =>
  Object.entries(options)
    .filter(([name, value]) => value !== undefined && name !== 'inert')
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
