import type { Socket } from 'socket.io';
import type { LiveFrame, Subscription } from '@/lib/contract/live';
import type { TraceId } from '@/lib/events/names';
import type { Topic } from './subscription';

/** Frames that a tab has not taken: beyond this it is slow, and is left alone until it has read them. */
const MOST_PACKETS = 8;
const MOST_BYTES = 1_000_000;
const SUBSCRIPTIONS_PER_SECOND = 20;

/**
 * One browser tab. [V5] A slow tab skips frames and its next one says `resync`; nothing is queued for it without bound. [V6] A hidden tab gets
 * none, and a `resync` when it is looked at again.
 */
export class Tab {
  private seq = 0;
  private visible = true;
  private missed = false;
  private topics: ReadonlySet<Topic> = new Set(['taps']);
  private subscribedAt: number[] = [];
  traceIds: ReadonlySet<TraceId> = new Set();
  watch: Subscription['watch'] = [];
  /** When it got its last frame and its last topology, and up to when it knows of changes of the picture, ms. */
  lastFrameAt = 0;
  topologyAt = 0;
  pictureAt = 0;

  constructor(private readonly socket: Socket) {}

  subscribe({ rooms, watch }: Subscription, now: number): void {
    this.topics = new Set<Topic>(['taps', ...rooms.map((room) => room.room)]);
    this.traceIds = new Set(rooms.flatMap((room) => (room.room === 'trace' ? [room.traceId] : [])));
    this.watch = watch;
    this.topologyAt = 0;
    this.pictureAt = now;
  }

  maySubscribe(now: number): boolean {
    this.subscribedAt = [...this.subscribedAt.filter((at) => at > now - 1000), now];
    return this.subscribedAt.length <= SUBSCRIPTIONS_PER_SECOND;
  }

  isIn(topic: Topic): boolean {
    return this.topics.has(topic);
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
  }

  isVisible(): boolean {
    return this.visible;
  }

  /** Frames or announcements were skipped for it: the next frame says so. */
  miss(): void {
    this.missed = true;
  }

  hasMissed(): boolean {
    return this.missed;
  }

  /** Whether a frame may be sent now; if not, it counts as missed. */
  takes(): boolean {
    const free = this.visible && !this.isSlow();
    if (!free) this.missed = true;
    return free;
  }

  send(frame: Omit<LiveFrame, 'seq' | 'resync'>, now: number): void {
    this.seq += 1;
    this.lastFrameAt = now;
    this.socket.emit('frame', { seq: this.seq, resync: this.missed, ...frame } satisfies LiveFrame);
    this.missed = false;
  }

  private isSlow(): boolean {
    // Both are engine.io's own: packets it has not handed to the wire, and bytes that the wire has not sent (tried with socket.io 4.8.4).
    const conn = this.socket.conn as unknown as {
      readonly writeBuffer?: readonly unknown[];
      readonly transport: { readonly socket?: { readonly bufferedAmount?: number } };
    };
    return (conn.writeBuffer?.length ?? 0) > MOST_PACKETS || (conn.transport.socket?.bufferedAmount ?? 0) > MOST_BYTES;
  }
}
