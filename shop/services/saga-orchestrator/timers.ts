import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease } from '../../kernel/db/lease';
import type { HostLog } from '../../kernel/host-needs';
import type { Orchestrator } from './orchestrator';
import type { SagaLog } from './saga-log';

export interface TimerParts {
  readonly log: SagaLog;
  readonly orchestrator: Orchestrator;
  /** Of two instances one watches the clock; when it dies the other does. */
  readonly lease: Lease;
  readonly clock: () => number;
  /** The broker of commands and answers is there. */
  readonly reachable: () => boolean;
  /** Milliseconds for everybody to come back after the broker did. */
  readonly recoveryMs: number;
  readonly logger: Pick<HostLog, 'error'>;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  readonly afterEach?: () => void;
}

const AT_ONCE = 200;

/**
 * Rings for the steps whose wait is over. The waits are in the log, so that none is forgotten with the process. While the broker is away nobody can
 * answer, and silence says nothing: no step is given up for it.
 */
export class SagaTimers {
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private quietUntil = 0;

  constructor(private readonly parts: TimerParts) {}

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    this.parts.lease.release();
  }

  crash(): void {
    this.stopping.abort();
  }

  private async run(): Promise<void> {
    const { everyMs, afterEach, logger } = this.parts;
    while (!this.stopping.signal.aborted) {
      try {
        await this.look();
        afterEach?.();
      } catch (err) {
        if (!this.stopping.signal.aborted) logger.error({ err }, 'the timers of the sagas failed, and are looked at again');
      }
      await sleep(everyMs, undefined, { signal: this.stopping.signal }).catch(() => {});
    }
  }

  private async look(): Promise<void> {
    const { log, orchestrator, lease, clock, reachable, recoveryMs } = this.parts;
    if (!reachable()) this.quietUntil = clock() + recoveryMs;
    if (!lease.hold() || clock() < this.quietUntil) return;
    for (const { saga, step } of log.due(clock(), AT_ONCE)) {
      if (this.stopping.signal.aborted) return;
      await orchestrator.ring(saga, step);
    }
  }
}
