import { type AppError, isAppError } from '@/lib/errors';
import type { TapState } from '../broker';

const BACKOFF_MS = [250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000] as const;

/** What the tap says of itself: listening or not, why not, since when, and when it tries again. Tells its listeners of every change. */
export class TapCondition {
  private readonly listeners: ((state: TapState) => void)[] = [];
  private status: TapState['status'] = 'starting';
  private problem: TapState['problem'] = null;
  private since = Date.now();
  private nextTryAt: number | null = null;
  private saidChannels = '';
  private endPause: (() => void) | null = null;

  /** What the tap reads now, and what a person is to know of it. */
  constructor(private readonly seen: () => Pick<TapState, 'channels' | 'notes'>) {}

  state(): TapState {
    const { status, problem, since, nextTryAt } = this;
    return { status, problem, since, nextTryAt, ...this.seen() };
  }

  listen(listener: (state: TapState) => void): void {
    this.listeners.push(listener);
  }

  change(status: TapState['status'], problem: AppError | null): void {
    if (status !== this.status) this.since = Date.now();
    this.status = status;
    this.problem =
      problem === null ? null : { code: problem.code, text: problem.message, cure: problem.cure ?? '', command: commandIn(problem) };
    const state = this.state();
    this.saidChannels = state.channels.join();
    for (const listener of this.listeners) listener(state);
  }

  /** As `change`, where there is something to say. */
  changeIfNews(status: TapState['status'], problem: AppError | null): void {
    const channels = this.seen().channels.join();
    if (status !== this.status || problem?.code !== this.problem?.code || channels !== this.saidChannels) this.change(status, problem);
  }

  /** Waits before the next try, longer from failure to failure and never the same for all; says when it is due. */
  retryLater(problem: AppError, attempt: number): Promise<void> {
    const wait = (BACKOFF_MS[attempt] ?? 30_000) * (0.5 + Math.random());
    this.nextTryAt = Date.now() + wait;
    this.change('retrying', problem);
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        this.endPause = null;
        this.nextTryAt = null;
        resolve();
      };
      const timer = setTimeout(go, wait);
      this.endPause = go;
    });
  }

  /** Ends the wait before the next try. */
  retryNow(): void {
    this.endPause?.();
  }
}

/** A cure that is one command line is shown as one. */
const commandIn = (problem: AppError): string | null =>
  isAppError(problem) && problem.cure?.startsWith('rabbitmqctl ') ? problem.cure : null;
