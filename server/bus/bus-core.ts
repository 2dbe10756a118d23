import type { Announcements, Commands } from '@/lib/contract/bus-messages';
import { AppError, isAppError } from '@/lib/errors';
import type { Bus, CommandHandler } from './bus';

/** What travels. `announce` is one way; `ask` and `reply` carry the same number. */
export type BusMessage =
  | { readonly kind: 'announce'; readonly topic: string; readonly payload: unknown }
  | { readonly kind: 'ask'; readonly id: number; readonly command: string; readonly request: unknown }
  | { readonly kind: 'reply'; readonly id: number; readonly answer: unknown }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly code: string;
      readonly message: string;
      readonly retryable: boolean;
      readonly cure: string | null;
    };

/** One direction of a connection. `send` calls back when the other side's channel took it. */
export interface BusWire {
  send(message: BusMessage, done: (failed: boolean) => void): void;
}

/** Sent but not yet taken by the channel: beyond this, announcements are dropped [B4]. */
const MAX_UNDER_WAY = 64;

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * The bus without its wire: numbering, waiting, failing. Each adapter feeds `receive` and sets the wire when its peer comes or goes.
 */
export class BusCore implements Bus {
  private readonly topics = new Map<string, Set<(payload: never) => void>>();
  private readonly handlers = new Map<string, (request: never) => Promise<unknown>>();
  private readonly waiting = new Map<number, Waiting>();
  private readonly peers = new Set<(present: boolean) => void>();
  private wire: BusWire | null = null;
  private nextId = 1;
  private underWay = 0;
  private droppedCount = 0;

  constructor(private readonly onClose: () => Promise<void> = async () => {}) {}

  /** The peer came (with its wire) or went (null): everything that waits for it fails by name. */
  setWire(wire: BusWire | null): void {
    const was = this.wire !== null;
    this.wire = wire;
    this.underWay = 0;
    if (wire === null) this.failAll(new AppError('bus-peer-gone', 'the other half went away before it answered', { retryable: true }));
    if (was !== (wire !== null)) for (const listener of this.peers) listener(wire !== null);
  }

  announce<T extends keyof Announcements>(topic: T, payload: Announcements[T]): void {
    if (this.wire === null) return;
    if (this.underWay >= MAX_UNDER_WAY) {
      this.droppedCount += 1;
      return;
    }
    this.send({ kind: 'announce', topic, payload });
  }

  onAnnouncement<T extends keyof Announcements>(topic: T, listener: (payload: Announcements[T]) => void): () => void {
    const listeners = this.topics.get(topic) ?? new Set();
    this.topics.set(topic, listeners);
    listeners.add(listener as (payload: never) => void);
    return () => listeners.delete(listener as (payload: never) => void);
  }

  ask<C extends keyof Commands>(
    command: C,
    request: Commands[C]['request'],
    { timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {},
  ): Promise<Commands[C]['answer']> {
    if (this.wire === null) {
      return Promise.reject(new AppError('bus-peer-gone', `nobody is there to take the command ${command}`, { retryable: true }));
    }
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new AppError('bus-timeout', `no answer to ${command} within ${timeoutMs} ms`, { retryable: true }));
      }, timeoutMs);
      this.waiting.set(id, { resolve: resolve as (answer: never) => void, reject, timer });
      this.send({ kind: 'ask', id, command, request });
    });
  }

  answer<C extends keyof Commands>(command: C, handler: CommandHandler<C>): void {
    this.handlers.set(command, handler as (request: never) => Promise<unknown>);
  }

  onPeer(listener: (present: boolean) => void): () => void {
    this.peers.add(listener);
    listener(this.wire !== null);
    return () => this.peers.delete(listener);
  }

  dropped(): number {
    return this.droppedCount;
  }

  async close(): Promise<void> {
    this.setWire(null);
    await this.onClose();
  }

  receive(message: BusMessage): void {
    switch (message.kind) {
      case 'announce':
        for (const listener of this.topics.get(message.topic) ?? []) listener(message.payload as never);
        return;
      case 'ask':
        void this.handle(message.id, message.command, message.request);
        return;
      case 'reply':
        this.settle(message.id)?.resolve(message.answer as never);
        return;
      case 'failed':
        this.settle(message.id)?.reject(
          new AppError(
            message.code,
            message.message,
            message.cure === null ? { retryable: message.retryable } : { retryable: message.retryable, cure: message.cure },
          ),
        );
    }
  }

  private async handle(id: number, command: string, request: unknown): Promise<void> {
    const handler = this.handlers.get(command);
    if (handler === undefined) {
      this.send({
        kind: 'failed',
        id,
        code: 'bus-no-handler',
        message: `nobody takes the command ${command}`,
        retryable: false,
        cure: null,
      });
      return;
    }
    try {
      this.send({ kind: 'reply', id, answer: await handler(request as never) });
    } catch (error) {
      const known = isAppError(error);
      const message = error instanceof Error ? error.message : String(error);
      this.send({
        kind: 'failed',
        id,
        code: known ? error.code : 'internal',
        message,
        retryable: known && error.retryable,
        cure: known ? error.cure : null,
      });
    }
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    if (waiting !== undefined) {
      this.waiting.delete(id);
      clearTimeout(waiting.timer);
    }
    return waiting;
  }

  private failAll(error: Error): void {
    for (const id of this.waiting.keys()) this.settle(id)?.reject(error);
  }

  private send(message: BusMessage): void {
    const wire = this.wire;
    if (wire === null) return;
    this.underWay += 1;
    wire.send(message, (failed) => {
      if (this.wire === wire) this.underWay -= 1;
      if (failed && message.kind === 'ask') {
        this.settle(message.id)?.reject(new AppError('bus-peer-gone', 'the command could not be sent', { retryable: true }));
      }
    });
  }
}
