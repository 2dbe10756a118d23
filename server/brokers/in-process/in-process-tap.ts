import type { ChannelName } from '@/lib/events/names';
import type { RawRecord } from '@/lib/events/observed-event';
import { AppError } from '@/lib/errors';
import type { Tap, TapBatch, TapGap, TapNote, TapOptions, TapState } from '../broker';
import { growBatch, type GrowingBatch } from '../growing-batch';
import type { EngineSide } from './client';
import type { InProcessEngine } from './engine';

/** What a tap of either role reads from. Nothing is read ahead: the engine's own bounded memory is the buffer. */
export interface TapSource {
  channels(): readonly ChannelName[];
  readonly notes: readonly TapNote[];
  /** Reads on from where it stands, as batch `number`; null when nothing is there. */
  read(number: number, limit: { readonly records: number; readonly bytes: number }): SourceBatch | null;
  settle(number: number): void;
  close(): void;
}

export interface SourceBatch {
  readonly records: RawRecord[];
  readonly gaps: TapGap[];
  readonly offsets: Map<ChannelName, Map<number, number>>;
}

/** The tap over a source: numbers batches, waits, and says how it is. */
export class InProcessTap implements Tap {
  private number: number;
  private closed = false;
  private newest: GrowingBatch | null = null;
  private waiting: (() => void)[] = [];
  private readonly listeners = new Set<(state: TapState) => void>();
  private readonly stopListening: () => void;
  private since: number;
  private wasDown = false;

  constructor(
    private readonly engine: InProcessEngine,
    private readonly side: EngineSide,
    private readonly source: TapSource,
    private readonly options: TapOptions,
    private readonly onClosed: (tap: InProcessTap) => void,
  ) {
    this.number = options.resume.batch;
    this.since = engine.clock.now();
    this.stopListening = engine.onChange(() => this.changed());
  }

  async next(limit: { readonly records: number; readonly bytes: number }): Promise<TapBatch | null> {
    while (!this.closed) {
      const batch = this.read(this.number + 1, limit);
      if (batch !== null) return (this.newest = { number: (this.number += 1), generation: 1, ...batch });
      await new Promise<void>((woken) => this.waiting.push(woken));
    }
    return null;
  }

  more(batch: TapBatch, limit: { readonly records: number; readonly bytes: number }): boolean {
    const { newest } = this;
    if (newest === null || newest !== batch || this.closed) return false;
    const more = this.read(newest.number, limit);
    if (more === null) return false;
    growBatch(newest, more);
    return true;
  }

  private read(number: number, limit: { readonly records: number; readonly bytes: number }): SourceBatch | null {
    if (this.engine.down(this.side) !== null) return null;
    return this.source.read(number, { records: limit.records, bytes: Math.min(limit.bytes, this.options.maxBufferedBytes) });
  }

  async settle(batch: TapBatch): Promise<void> {
    if (this.newest === batch) this.newest = null;
    if (this.closed) throw new AppError('tap-closed', `the tap ${this.options.tap} is closed`);
    this.source.settle(batch.number);
  }

  state(): TapState {
    const down = this.engine.down(this.side);
    const status = this.closed ? 'closed' : down === null ? 'live' : 'retrying';
    const problem =
      this.closed || down === null
        ? null
        : {
            code: 'broker-unreachable',
            text: `the in-process broker plays an outage: ${down}`,
            cure: 'Wait; it comes back when the outage that is played ends.',
            command: null,
          };
    return {
      status,
      problem,
      since: this.since,
      nextTryAt: null,
      channels: this.closed ? [] : this.source.channels(),
      notes: this.source.notes,
    };
  }

  onState(listener: (state: TapState) => void): void {
    this.listeners.add(listener);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.stopListening();
    this.source.close();
    this.onClosed(this);
    this.wake();
    this.tell();
  }

  private changed(): void {
    const down = this.engine.down(this.side) !== null;
    if (down !== this.wasDown) {
      this.wasDown = down;
      this.tell();
    }
    this.wake();
  }

  private wake(): void {
    for (const woken of this.waiting.splice(0)) woken();
  }

  private tell(): void {
    this.since = this.engine.clock.now();
    for (const listener of this.listeners) listener(this.state());
  }
}

export const bodyWithin = (body: Uint8Array | null, limit: number): Uint8Array | null =>
  body !== null && body.length > limit ? body.slice(0, limit) : body;
