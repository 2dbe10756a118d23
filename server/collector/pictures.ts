import { isAppError } from '@/lib/errors';
import type { BrokerPicture } from '@/lib/topology/broker-picture';
import type { Broker } from '../brokers/broker';
import type { Bus } from '../bus/bus';
import type { Log } from '../log';
import type { Store } from '../store/store';
import { pause } from './backoff';
import type { BrokerView } from './ingest/broker-view';

const EVERY_MS = 15_000;
/** A picture that did not change is stored and announced again after this long, so that its age tells whether we still look. */
const HEARTBEAT_MS = 60_000;
const FIRST_LOOK_MS = 5_000;

/**
 * Asks one broker for its picture every 15 s and when its tap found something new; stores it, then announces it [I11]. While the broker does not
 * answer the last picture stays, with its age and the reason.
 */
export class Pictures {
  problem: string | null = null;
  private readonly stop = new AbortController();
  private hurry = new AbortController();
  private running: Promise<void> | null = null;
  private last = '';
  private lastTold = 0;

  constructor(
    private readonly broker: Broker,
    readonly view: BrokerView,
    private readonly parts: { readonly store: Store; readonly bus: Bus; readonly log: Log; readonly everyMs?: number },
  ) {}

  /** Resolves after the first look, or when it takes too long: a tap must not wait for a broker's management interface. */
  async start(stored: BrokerPicture | undefined): Promise<void> {
    if (stored !== undefined) this.view.learn(stored);
    const first = this.look();
    const late = new AbortController();
    await Promise.race([first, pause(FIRST_LOOK_MS, late.signal)]);
    late.abort();
    this.running = first.then(() => this.loop());
  }

  /** Something changed: look again soon (not at once, since changes come in rows). */
  lookSoon(): void {
    this.hurry.abort();
  }

  async close(): Promise<void> {
    this.stop.abort();
    const late = new AbortController();
    await Promise.race([this.running ?? Promise.resolve(), pause(2_000, late.signal)]);
    late.abort();
  }

  private async loop(): Promise<void> {
    while (!this.stop.signal.aborted) {
      this.hurry = new AbortController();
      await pause(this.parts.everyMs ?? EVERY_MS, AbortSignal.any([this.stop.signal, this.hurry.signal]));
      await pause(this.hurry.signal.aborted ? 500 : 0, this.stop.signal);
      if (!this.stop.signal.aborted) await this.look();
    }
  }

  private async look(): Promise<void> {
    const { store, bus, log } = this.parts;
    try {
      const picture = await this.broker.describe();
      if (this.stop.signal.aborted) return;
      this.view.learn(picture);
      this.problem = null;
      const content = JSON.stringify({ ...picture, at: 0 });
      if (content === this.last && Date.now() - this.lastTold < HEARTBEAT_MS) return;
      await store.savePicture(picture);
      this.last = content;
      this.lastTold = Date.now();
      bus.announce('picture', picture);
    } catch (error) {
      const text = isAppError(error) ? error.message : 'The broker did not answer as expected.';
      if (this.problem === null) log.warn({ broker: this.broker.name, err: error }, 'no new picture of the broker');
      this.problem = text;
    }
  }
}
