import type { Admin } from 'kafkajs';
import type { LinkState } from '../port';

const LOOK_EVERY_MS = 1_000;
const PATIENCE_MS = 4_000;

/** The library hides whether its broker is there: this asks every second, and at once when something failed. */
export class KafkaLink {
  private isUp = true;
  private ended = false;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | null = null;
  private readonly listeners = new Set<(state: LinkState) => void>();

  constructor(private readonly admin: Admin) {
    this.lookLater();
  }

  state(): LinkState {
    return this.isUp && !this.ended ? 'connected' : 'disconnected';
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Something failed: is the broker there? */
  async look(): Promise<void> {
    await (this.looking ??= this.ask().finally(() => (this.looking = null)));
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }

  private lookLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look().finally(() => !this.ended && this.lookLater()), LOOK_EVERY_MS);
    this.timer.unref();
  }

  private async ask(): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error('no answer')), PATIENCE_MS);
      late.unref();
    });
    const answer = this.admin.describeCluster().then(
      () => true,
      () => false,
    );
    const isUp = await Promise.race([answer, patience]).catch(() => false);
    clearTimeout(late);
    if (this.ended || isUp === this.isUp) return;
    this.isUp = isUp;
    for (const listener of this.listeners) listener(this.state());
  }
}
