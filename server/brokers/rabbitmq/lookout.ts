import type { AppError } from '@/lib/errors';
import type { TapGap, TapNote, TapOptions } from '../broker';
import { EVENT_EXCHANGE, followChanges } from './broker-changes';
import { CapWatch } from './cap-watch';
import { type ManagementApi, numberIn, objectIn } from './management-api';
import type { Mirror } from './mirror';
import { type RabbitSettings, queueMaxBytesOf, tapQueueOf, vhostOf } from './rabbit-settings';
import type { TapSession } from './tap-session';

/** A change is seldom alone: an application that starts makes all its bindings at once. */
const SOON_MS = 250;
/** A busy management API answers from memory, five times as long as an answer took it: after a change we look once more. */
const ONCE_MORE_MS = 5_000;

export interface LookoutParts {
  readonly settings: RabbitSettings;
  readonly options: Pick<TapOptions, 'tap' | 'discoverEveryMs'>;
  readonly api: ManagementApi;
  readonly mirror: Mirror;
  /** Acknowledged since the tap was opened. */
  readonly acked: () => number;
  readonly onGap: (reason: TapGap['reason'], count: number | null, detail: string) => void;
}

/**
 * Looks around, again and again: at the bindings there are (`Mirror` makes ours like them) and at what our queue's cap dropped. Every
 * `discoverEveryMs`, and at once when the broker tells that something changed [R54].
 */
export class Lookout {
  private readonly cap: CapWatch;
  private timer: NodeJS.Timeout | null = null;
  private dueAt = Infinity;
  private statistics: boolean | null = null;
  private told = false;
  private looking = false;
  private looksAgain = false;
  private watch: { readonly session: TapSession; readonly looked: (problem: AppError | null) => void } | null = null;

  constructor(private readonly parts: LookoutParts) {
    this.cap = new CapWatch(queueMaxBytesOf(parts.settings));
  }

  /** Binds and unbinds what differs. Answers why the management API could not be asked, `null` when it could. */
  async look(session: TapSession): Promise<AppError | null> {
    const problem = await this.parts.mirror.look(session);
    if (problem === null) await this.lookAtCap();
    return problem;
  }

  /** From now on, until `rest`. `looked` is told after each look. */
  follow(session: TapSession, looked: (problem: AppError | null) => void): void {
    this.rest();
    const watch = { session, looked };
    this.watch = watch;
    this.schedule(this.parts.options.discoverEveryMs);
    void this.listen(session);
  }

  rest(): void {
    this.watch = null;
    this.told = false;
    this.dueAt = Infinity;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private async listen(session: TapSession): Promise<void> {
    const { mirror, options, settings } = this.parts;
    if (!mirror.hasExchange(EVENT_EXCHANGE)) return;
    const soon = (): void => {
      if (this.watch?.session !== session) return;
      this.looksAgain = true;
      // One look at a time: of two the older one could have the last word.
      if (!this.looking) this.schedule(SOON_MS);
    };
    const told = await followChanges(session.link, options.tap, vhostOf(settings.url), soon);
    if (this.watch?.session !== session) return;
    this.told = told;
    // What changed since the last look and before we listened.
    if (told) soon();
  }

  private schedule(ms: number): void {
    const at = Date.now() + ms;
    if (at >= this.dueAt) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = setTimeout(() => void this.lookAgain(), ms);
  }

  private async lookAgain(): Promise<void> {
    const { watch } = this;
    this.timer = null;
    this.dueAt = Infinity;
    if (watch === null) return;
    const wasTold = this.looksAgain;
    this.looksAgain = false;
    this.looking = true;
    try {
      const problem = await this.look(watch.session);
      if (this.watch === watch) watch.looked(problem);
    } catch (error) {
      watch.session.fail(error);
    } finally {
      this.looking = false;
    }
    if (this.watch === null) return;
    const { discoverEveryMs } = this.parts.options;
    // Told while we looked, it is not in what we saw.
    this.schedule(this.looksAgain ? SOON_MS : wasTold ? Math.min(ONCE_MORE_MS, discoverEveryMs) : discoverEveryMs);
  }

  private async lookAtCap(): Promise<void> {
    const { api, options, settings, onGap } = this.parts;
    const path = `queues/{vhost}/${encodeURIComponent(tapQueueOf(options.tap))}`;
    const queue = (await api.get(path).catch(() => null)) as Readonly<Record<string, unknown>> | null;
    if (queue === null) return;
    this.statistics ??= await api.get('overview').then(
      (overview) => (overview as { disable_stats?: boolean }).disable_stats !== true,
      () => null,
    );
    const loss = this.cap.look(
      {
        // A counter that never counted is not told at all.
        published: this.statistics === true ? (numberIn(objectIn(queue, 'message_stats'), 'publish') ?? 0) : null,
        acked: this.parts.acked(),
        depth: numberIn(queue, 'messages') ?? 0,
        readyBytes: numberIn(queue, 'message_bytes_ready'),
      },
      Date.now(),
    );
    if (loss === null) return;
    const count = loss.count === null ? 'an unknown number of messages' : `${loss.count} messages`;
    onGap('dropped-by-cap', loss.count, `the tap's queue was at its cap of ${queueMaxBytesOf(settings)} bytes and dropped ${count}`);
  }

  /** What is so on every RabbitMQ, and what our queue adds. */
  notes(): TapNote[] {
    const { tap, discoverEveryMs } = this.parts.options;
    const subject = tapQueueOf(tap);
    const when = this.told ? 'as soon as the broker tells of them' : `within ${Math.ceil(discoverEveryMs / 1000)} s`;
    const notes: TapNote[] = [
      {
        kind: 'not-readable',
        subject: 'default exchange',
        text: 'messages sent straight to a queue (default exchange) can not be listened to; their rates and the depth of their queues come from counters',
      },
      {
        kind: 'delay',
        subject,
        text: `bindings are followed ${when}: until then a new one is not read, and what an application unbound stays routable to our queue`,
      },
      {
        kind: 'effect',
        subject,
        text: 'exchange.delete with if-unused is refused while our queue is bound beside the application’s',
      },
    ];
    if (this.cap.isFull)
      notes.push({
        kind: 'uncertain',
        subject,
        text: 'our queue is at its cap: the oldest messages are dropped and will be told as a gap',
      });
    return notes;
  }
}
