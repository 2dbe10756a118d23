import type { Consumer } from '../../transport/port';
import type { Binding } from '../bindings';
import { DRAIN_MS, settledWithin } from '../drain';
import type { HostLog, HostMetrics } from '../host-needs';
import type { Subscriber } from '../service-host';
import type { Reader } from './reader';

const SCALE_EVERY_MS = 1_000;

interface SubscriberParts {
  readonly binding: Binding;
  readonly log: HostLog;
  readonly metrics: Pick<HostMetrics, 'lag' | 'members'>;
  readonly time: (ms: number) => number;
}

/** So many consumers as the binding says, or as the lag asks for. */
export async function startSubscriber(parts: SubscriberParts, reader: Reader): Promise<Subscriber> {
  const { binding, log, metrics, time } = parts;
  const {
    min,
    max,
    lag: threshold,
  } = typeof binding.concurrency === 'number' ? { min: binding.concurrency, max: binding.concurrency, lag: Infinity } : binding.concurrency;
  const consumers: Consumer[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let paused = false;
  let timer: NodeJS.Timeout | undefined;
  let watches = 0;
  /** Changes of the number of consumers, one after the other. */
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    const next = turn.then(change);
    turn = next.catch(() => {});
    return next;
  };

  async function resize(wanted: number): Promise<void> {
    while (consumers.length < wanted) consumers.push(await reader.open());
    while (consumers.length > wanted) await consumers.pop()?.stop();
    metrics.members(binding.inbox, consumers.length);
  }

  /** A broker that blocks does not answer: nobody waits for it who wants to change the number. */
  async function watch(): Promise<void> {
    const waiting = await reader.lag();
    metrics.lag(binding.broker === 'kafka' ? `${binding.channel}:${binding.inbox}` : binding.inbox, waiting);
    await inTurn(async () => {
      const wanted = desiredConsumers(consumers.length, waiting, { min, max, threshold });
      if (paused || wanted === consumers.length) return;
      log.info({ inbox: binding.inbox, lag: waiting, from: consumers.length, to: wanted }, 'the number of consumers follows the lag');
      await resize(wanted);
    });
  }

  function watchSoon(mine: number): void {
    timer = setTimeout(
      () => {
        void watch()
          .catch(() => {})
          .finally(() => mine === watches && !paused && watchSoon(mine));
      },
      Math.max(50, time(SCALE_EVERY_MS)),
    );
    timer.unref();
  }

  const halt = async (): Promise<void> => {
    paused = true;
    clearTimeout(timer);
    await inTurn(() => resize(0));
  };
  const start = async (): Promise<void> => {
    paused = false;
    await inTurn(() => resize(min));
    watchSoon((watches += 1));
  };

  let stopping: Promise<void> | undefined;
  await start();
  return {
    binding,
    members: () => consumers.length,
    async pause() {
      await halt();
      await reader.drained();
    },
    resume: () => (paused ? start() : Promise.resolve()),
    // Once: whoever stops it again does not wait another time for what did not finish.
    stop: () => (stopping ??= settledWithin(DRAIN_MS, [halt().then(() => reader.drained())])),
  };
}

/** One more while too much waits, one less when nothing does. */
export function desiredConsumers(
  now: number,
  lag: number,
  { min, max, threshold }: { readonly min: number; readonly max: number; readonly threshold: number },
): number {
  if (lag > threshold) return Math.min(max, now + 1);
  return lag === 0 ? Math.max(min, now - 1) : now;
}
