import type { EngineClock } from './clock';
import { amqpHeader } from '@/lib/events/amqp-values';
import { type EngineMessage, numberProperty, sizeOf } from './message';
import { type DeathReason, headersAfterDeath } from './x-death';

export interface QueueOptions {
  readonly kind?: 'classic' | 'quorum';
  readonly durable?: boolean;
  /** Gone when the client that declared it is gone. */
  readonly exclusive?: boolean;
  /** Gone when its last consumer is gone. */
  readonly autoDelete?: boolean;
  readonly messageTtlMs?: number;
  readonly maxLength?: number;
  /** What happens at `maxLength`: the oldest message dies (default), or the publisher's confirm is negative. */
  readonly overflow?: 'drop-head' | 'reject-publish';
  readonly deadLetterExchange?: string;
  /** The message's own key when not given. */
  readonly deadLetterRoutingKey?: string;
  readonly maxPriority?: number;
  /** Quorum queues: deliveries beyond the first, after which a message dies instead of coming back. */
  readonly deliveryLimit?: number;
  readonly singleActiveConsumer?: boolean;
  /** `at-least-once`: a dead letter leaves only when its target took it; a target that is full makes it wait here. */
  readonly deadLetterStrategy?: 'at-least-once';
  /** Arguments that mean nothing to a broker: kept, shown to nobody, and not compared when the queue is declared again. */
  readonly inert?: Readonly<Record<string, unknown>>;
}

export interface Delivery {
  readonly message: EngineMessage;
  readonly redelivered: boolean;
  /** Deliveries of this message before this one. */
  readonly deliveryCount: number;
  readonly consumerTag: string;
  ack(): void;
  /** Back to its place in the queue, or (`requeue: false`) dead-lettered as `rejected`. */
  nack(requeue: boolean): void;
}

export interface QueueCounts {
  readonly ready: number;
  readonly unacked: number;
  readonly consumers: number;
  readonly published: number;
  readonly delivered: number;
  readonly acked: number;
  readonly redelivered: number;
}

export interface QueueConsumer {
  readonly tag: string;
  readonly client: string;
  /** 0 = no limit. */
  readonly prefetch: number;
  readonly noAck: boolean;
  readonly deliver: (delivery: Delivery) => void;
  /** The queue was deleted under it. */
  readonly onCancel: () => void;
}

/** What a queue needs of the engine. */
export interface QueueSurroundings {
  readonly clock: EngineClock;
  /** Publishes a dead letter through an exchange; false when a queue that should have it is full and refuses. */
  deadLetter(message: EngineMessage): boolean;
  /** Bytes that came or went, for the engine's budget. */
  weigh(bytes: number): void;
  /** The queue wants to be deleted (auto-delete). */
  abandon(queue: Queue): void;
}

interface Entry {
  readonly sequence: number;
  readonly message: EngineMessage;
  readonly size: number;
  readonly priority: number;
  readonly expiresAt: number | null;
  deliveryCount: number;
  redelivered: boolean;
}

interface Attached {
  readonly consumer: QueueConsumer;
  readonly unacked: Set<Entry>;
}

/**
 * One queue with RabbitMQ's rules: messages of a higher priority first, then in order; a requeued message goes back to its old place; only the
 * head expires, so an expired message behind a living one is still counted. Deliveries happen in a later turn of the event loop, never inside
 * the call that caused them.
 */
export class Queue {
  /** Ready entries, best first. */
  private ready: Entry[] = [];
  private head = 0;
  private readonly attached: Attached[] = [];
  /** Consumers that take no more, while they still owe answers. */
  private readonly retired: Attached[] = [];
  /** Dead letters whose target is full (at-least-once), oldest first. */
  private dying: EngineMessage[] = [];
  private nextConsumer = 0;
  private sequence = 0;
  private pumping = false;
  private deleted = false;
  private cancelExpiry: () => void = () => undefined;
  private watchedExpiry: number | null = null;
  private readonly totals = { published: 0, delivered: 0, acked: 0, redelivered: 0 };

  constructor(
    readonly name: string,
    readonly options: QueueOptions,
    /** The client that declared it. */
    readonly owner: string,
    private readonly around: QueueSurroundings,
  ) {}

  counts(): QueueCounts {
    const unacked = [...this.attached, ...this.retired].reduce((sum, { unacked: held }) => sum + held.size, 0);
    return { ready: this.ready.length - this.head + this.dying.length, unacked, consumers: this.attached.length, ...this.totals };
  }

  consumers(): readonly QueueConsumer[] {
    return this.attached.map(({ consumer }) => consumer);
  }

  /** Full, and such that a publisher must be told. */
  refuses(): boolean {
    const { maxLength, overflow } = this.options;
    return overflow === 'reject-publish' && maxLength !== undefined && this.ready.length - this.head >= maxLength;
  }

  push(message: EngineMessage): void {
    const ttl = least(this.options.messageTtlMs ?? null, numberProperty(message.headers, 'expiration'));
    const entry: Entry = {
      sequence: (this.sequence += 1),
      message,
      size: sizeOf(message.headers, message.body),
      priority:
        this.options.maxPriority === undefined ? 0 : Math.min(numberProperty(message.headers, 'priority') ?? 0, this.options.maxPriority),
      expiresAt: ttl === null ? null : this.around.clock.now() + ttl,
      deliveryCount: 0,
      redelivered: false,
    };
    this.totals.published += 1;
    this.around.weigh(entry.size);
    this.insert(entry);
    if (this.ready.length - this.head > (this.options.maxLength ?? Infinity)) {
      const oldest = this.shift();
      if (oldest !== undefined) this.bury(oldest, 'maxlen');
    }
    this.pumpSoon();
  }

  attach(consumer: QueueConsumer): void {
    this.attached.push({ consumer, unacked: new Set() });
    this.pumpSoon();
  }

  /** The consumer takes no more, and may still answer what it was given. */
  retire(tag: string): void {
    const [gone] = takeOut(this.attached, tag);
    if (gone === undefined) return;
    this.retired.push(gone);
    if (this.options.autoDelete === true && this.attached.length === 0) this.around.abandon(this);
    else this.pumpSoon();
  }

  /** The consumer is gone; what it had not acknowledged goes back, marked as redelivered. */
  detach(tag: string): void {
    const [gone] = [...takeOut(this.attached, tag), ...takeOut(this.retired, tag)];
    if (gone === undefined) return;
    const held = [...gone.unacked];
    // From now on an answer of this consumer comes too late.
    gone.unacked.clear();
    for (const entry of held) this.giveBack(entry);
    if (this.options.autoDelete === true && this.attached.length === 0) this.around.abandon(this);
    else this.pumpSoon();
  }

  /** Takes the head, if there is one, as `basic.get` with automatic acknowledgement. */
  get(): EngineMessage | null {
    this.buryExpired();
    const entry = this.shift();
    if (entry === undefined) return null;
    this.totals.delivered += 1;
    this.totals.acked += 1;
    this.around.weigh(-entry.size);
    return entry.message;
  }

  /** Removes the first ready message that fits, looking past at most `maxDepth` others. */
  take(fits: (message: EngineMessage) => boolean, maxDepth: number): 'taken' | 'not-found' | 'too-deep' {
    this.buryExpired();
    for (let at = this.head; at < this.ready.length; at++) {
      if (at - this.head > maxDepth) return 'too-deep';
      const entry = this.ready[at];
      if (entry === undefined || !fits(entry.message)) continue;
      this.ready.splice(at, 1);
      this.totals.acked += 1;
      this.around.weigh(-entry.size);
      return 'taken';
    }
    return 'not-found';
  }

  /** Throws everything ready away. */
  purge(): number {
    const entries = this.ready.slice(this.head);
    this.ready = [];
    this.head = 0;
    for (const entry of entries) this.around.weigh(-entry.size);
    return entries.length;
  }

  delete(): void {
    this.deleted = true;
    this.cancelExpiry();
    this.purge();
    for (const { consumer, unacked } of [...this.attached.splice(0), ...this.retired.splice(0)]) {
      for (const entry of unacked) this.around.weigh(-entry.size);
      unacked.clear();
      consumer.onCancel();
    }
  }

  /** What a broker's restart leaves: no consumers, and of the messages the persistent ones. */
  survive(persistent: (message: EngineMessage) => boolean): void {
    for (const { consumer } of [...this.attached, ...this.retired]) {
      this.detach(consumer.tag);
      consumer.onCancel();
    }
    const kept = this.ready.slice(this.head).filter((entry) => {
      if (persistent(entry.message)) return true;
      this.around.weigh(-entry.size);
      return false;
    });
    this.ready = kept;
    this.head = 0;
  }

  private insert(entry: Entry): void {
    const goesBefore = (at: number): boolean => {
      const other = this.ready[at];
      return (
        other === undefined || entry.priority > other.priority || (entry.priority === other.priority && entry.sequence < other.sequence)
      );
    };
    let at = this.ready.length;
    if (at > this.head && goesBefore(at - 1)) {
      at = this.head;
      while (!goesBefore(at)) at += 1;
    }
    // A requeued head is the common case: it takes the free place before the head instead of moving everything.
    if (at === this.head && this.head > 0) this.ready[(this.head -= 1)] = entry;
    else this.ready.splice(at, 0, entry);
    this.watchExpiry();
  }

  private shift(): Entry | undefined {
    const entry = this.ready[this.head];
    if (entry === undefined) return undefined;
    this.head += 1;
    if (this.head > 256 && this.head * 2 > this.ready.length) {
      this.ready = this.ready.slice(this.head);
      this.head = 0;
    }
    return entry;
  }

  private pumpSoon(): void {
    if (this.pumping || this.deleted) return;
    this.pumping = true;
    setImmediate(() => {
      this.pumping = false;
      if (!this.deleted) this.pump();
    });
  }

  private pump(): void {
    this.buryExpired();
    for (let to = this.nextReader(); to !== null; to = this.nextReader()) {
      const entry = this.shift();
      if (entry !== undefined) this.deliver(entry, to);
    }
    this.watchExpiry();
  }

  /** Who gets the next message, if there is one. */
  private nextReader(): Attached | null {
    if (this.head >= this.ready.length) return null;
    const candidates = this.options.singleActiveConsumer === true ? this.attached.slice(0, 1) : this.attached;
    for (let turn = 0; turn < candidates.length; turn++) {
      const at = (this.nextConsumer + turn) % candidates.length;
      const candidate = candidates[at];
      if (candidate === undefined) continue;
      if (candidate.consumer.noAck || candidate.consumer.prefetch === 0 || candidate.unacked.size < candidate.consumer.prefetch) {
        this.nextConsumer = at + 1;
        return candidate;
      }
    }
    return null;
  }

  private deliver(entry: Entry, to: Attached): void {
    this.totals.delivered += 1;
    if (entry.redelivered) this.totals.redelivered += 1;
    if (to.consumer.noAck) {
      this.totals.acked += 1;
      this.around.weigh(-entry.size);
    } else to.unacked.add(entry);
    /** Each delivery is answered once, and only while its consumer is there. */
    const answered = (): boolean => to.consumer.noAck || !to.unacked.delete(entry);
    const message =
      entry.deliveryCount > 0 && this.options.kind === 'quorum'
        ? { ...entry.message, headers: [...entry.message.headers, amqpHeader('x-delivery-count', BigInt(entry.deliveryCount))] }
        : entry.message;
    to.consumer.deliver({
      message,
      redelivered: entry.redelivered,
      deliveryCount: entry.deliveryCount,
      consumerTag: to.consumer.tag,
      ack: () => {
        if (answered()) return;
        this.totals.acked += 1;
        this.around.weigh(-entry.size);
        this.pumpSoon();
      },
      nack: (requeue) => {
        if (answered()) return;
        if (requeue) this.giveBack(entry);
        else this.bury(entry, 'rejected');
        this.pumpSoon();
      },
    });
  }

  private giveBack(entry: Entry): void {
    entry.redelivered = true;
    entry.deliveryCount += 1;
    const limit = this.options.deliveryLimit;
    if (limit !== undefined && entry.deliveryCount > limit) this.bury(entry, 'delivery_limit');
    else this.insert(entry);
  }

  private buryExpired(): void {
    const now = this.around.clock.now();
    for (
      let entry = this.ready[this.head];
      entry !== undefined && entry.expiresAt !== null && entry.expiresAt <= now;
      entry = this.ready[this.head]
    ) {
      this.shift();
      this.bury(entry, 'expired');
    }
  }

  /** A timer for the head alone, as only the head expires. */
  private watchExpiry(): void {
    const at = this.ready[this.head]?.expiresAt ?? null;
    if (at === this.watchedExpiry) return;
    this.cancelExpiry();
    this.cancelExpiry = () => undefined;
    this.watchedExpiry = at;
    if (at === null) return;
    this.cancelExpiry = this.around.clock.after(Math.max(0, at - this.around.clock.now()), () => {
      this.watchedExpiry = null;
      this.buryExpired();
      this.watchExpiry();
    });
  }

  private bury(entry: Entry, reason: DeathReason): void {
    this.around.weigh(-entry.size);
    const { deadLetterExchange: exchange, deadLetterRoutingKey } = this.options;
    if (exchange === undefined) return;
    const headers = headersAfterDeath(entry.message, this.name, reason, this.around.clock.now());
    const letter = { exchange, routingKey: deadLetterRoutingKey ?? entry.message.routingKey, headers, body: entry.message.body };
    if (this.dying.length === 0 && this.around.deadLetter(letter)) return;
    if (this.options.deadLetterStrategy !== 'at-least-once') return;
    this.dying.push(letter);
    if (this.dying.length === 1) this.buryAgainSoon();
  }

  private buryAgainSoon(): void {
    this.around.clock.after(100, () => {
      while (this.dying[0] !== undefined && this.around.deadLetter(this.dying[0])) this.dying.shift();
      if (this.dying.length > 0 && !this.deleted) this.buryAgainSoon();
    });
  }
}

function takeOut(from: Attached[], tag: string): Attached[] {
  const index = from.findIndex(({ consumer }) => consumer.tag === tag);
  return index < 0 ? [] : from.splice(index, 1);
}

const least = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));
