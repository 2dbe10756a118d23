import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type ChannelModel } from 'amqplib';
import { connectionName, type Identity, type LinkState } from '../port';

export interface AmqpLinkOptions {
  readonly url: string;
  readonly who: Identity;
  /** Milliseconds between attempts to come back; ± a quarter, so that not everybody comes at once. */
  readonly reconnectMs: number;
}

/** One connection that comes back by itself. Whoever needs something of it makes that anew at every `onUp`. */
export class AmqpLink {
  private model: ChannelModel | null = null;
  private blocked = false;
  private ended = false;
  private readonly away = new AbortController();
  private readonly listeners = new Set<(state: LinkState) => void>();
  private readonly ups = new Set<(model: ChannelModel) => Promise<void>>();

  private constructor(private readonly options: AmqpLinkOptions) {}

  /** @throws when the first attempt fails: a wrong address is told at once */
  static async open(options: AmqpLinkOptions): Promise<AmqpLink> {
    const link = new AmqpLink(options);
    await link.connect();
    return link;
  }

  state(): LinkState {
    return this.model === null ? 'disconnected' : this.blocked ? 'blocked' : 'connected';
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls now, and after every reconnect; the answer ends it. */
  async onUp(make: (model: ChannelModel) => Promise<void>): Promise<() => void> {
    await make(this.connection());
    this.ups.add(make);
    return () => this.ups.delete(make);
  }

  /** @throws Error `not connected` */
  connection(): ChannelModel {
    if (this.model === null) throw new Error('not connected');
    return this.model;
  }

  /** Whether this connection is still the one. */
  isOn(model: ChannelModel): boolean {
    return this.model === model;
  }

  /** A broker that blocks reads nothing, not even a farewell: then the socket is closed without one. */
  async close(): Promise<void> {
    this.ended = true;
    this.away.abort();
    const { model, blocked } = this;
    if (blocked) this.crash();
    else await model?.close().catch(() => {});
  }

  crash(): void {
    this.ended = true;
    this.away.abort();
    // The socket, without the protocol's farewell.
    (this.model?.connection as unknown as { stream: { destroy(): void } } | undefined)?.stream.destroy();
    this.model = null;
  }

  private async connect(): Promise<void> {
    const model = await amqp.connect(this.options.url, {
      clientProperties: { connection_name: connectionName(this.options.who) },
      timeout: 10_000,
    });
    model.on('error', () => {});
    model.on('blocked', () => this.tell(() => (this.blocked = true)));
    model.on('unblocked', () => this.tell(() => (this.blocked = false)));
    model.once('close', () => this.lost(model));
    this.model = model;
    this.blocked = false;
  }

  private lost(model: ChannelModel): void {
    if (this.model !== model) return;
    this.tell(() => (this.model = null));
    if (!this.ended) void this.comeBack();
  }

  private async comeBack(): Promise<void> {
    while (!this.ended) {
      const { reconnectMs } = this.options;
      await sleep(reconnectMs * (0.75 + Math.random() / 2), undefined, { signal: this.away.signal }).catch(() => {});
      if (this.ended) return;
      try {
        await this.connect();
        const model = this.connection();
        for (const make of this.ups) await make(model);
        for (const listener of this.listeners) listener(this.state());
        return;
      } catch {
        // Still away, or away again: the connection that was made is given up, and the next attempt makes all anew.
        const half = this.model;
        this.model = null;
        await half?.close().catch(() => {});
      }
    }
  }

  private tell(change: () => void): void {
    change();
    for (const listener of this.listeners) listener(this.state());
  }
}
