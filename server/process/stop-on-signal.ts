import type { Log } from '../log';

/** A stop that takes longer is cut: a supervisor would kill us anyway, and what matters is already stored. */
const STOP_WITHIN_MS = 10_000;

/**
 * SIGTERM or SIGINT: stop once, gracefully, within 10 s. A second signal ends at once.
 * Exit codes: 0 stopped, 1 the stop failed or took too long.
 */
export function stopOnSignal(log: Log, stop: () => Promise<void>): (why: string) => void {
  let stopping = false;
  const begin = (why: string): void => {
    if (stopping) {
      if (why !== 'parent gone') process.exit(1);
      return;
    }
    stopping = true;
    log.info({ why }, 'stopping');
    const cut = setTimeout(() => {
      log.error(`not stopped within ${STOP_WITHIN_MS / 1000} s, ending now`);
      process.exit(1);
    }, STOP_WITHIN_MS);
    cut.unref();
    stop().then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => begin('SIGTERM'));
  process.on('SIGINT', () => begin('SIGINT'));
  return begin;
}
