import type { QueuePoint } from '@/lib/contract/samples';
import type { BrokerName, InboxName, Micros } from '@/lib/events/names';

/** What a broker says of one queue: depth, and counters since it started. */
export interface QueueNumbers {
  readonly inbox: InboxName;
  readonly ready: number | null;
  readonly unacked: number | null;
  readonly consumers: number | null;
  readonly published: number | null;
  readonly delivered: number | null;
  readonly acked: number | null;
  readonly redelivered: number | null;
  /** ms since 1970 of the numbers themselves. */
  readonly measuredAt: number;
  readonly by: QueuePoint['by'];
}

/** What must be remembered of a queue to make rates of its counters. */
export interface QueueMemory {
  readonly counters: QueueNumbers;
  readonly rates: Pick<QueuePoint, 'publishRate' | 'deliverRate' | 'ackRate' | 'redeliverRate'>;
  readonly unacked: number | null;
}

const NO_RATES = { publishRate: null, deliverRate: null, ackRate: null, redeliverRate: null } as const;
/** Older than this, a rate of the management interface says nothing about now. */
const STALE_MS = 30_000;

/**
 * One sample of a queue. [M10] Rates are differences of counters over the time between the numbers themselves. [M11] A counter that fell (the
 * broker started again) gives no rate, never a negative one. [M12] A fast look (passive declare) knows depth and consumers only: rates and
 * unacknowledged stay those of the last full look while it is younger than 30 s.
 */
export function toQueuePoint(
  broker: BrokerName,
  numbers: QueueNumbers,
  before: QueueMemory | null,
  at: Micros,
): { readonly point: QueuePoint; readonly memory: QueueMemory | null } {
  const memory = hasCounters(numbers) ? remember(numbers, before) : before;
  const fresh = memory !== null && numbers.measuredAt - memory.counters.measuredAt <= STALE_MS;
  const rates = fresh ? memory.rates : NO_RATES;
  const unacked = numbers.unacked ?? (fresh ? memory.unacked : null);
  return {
    point: {
      broker,
      inbox: numbers.inbox,
      at,
      ready: numbers.ready,
      unacked,
      consumers: numbers.consumers,
      publishRate: rates.publishRate,
      deliverRate: rates.deliverRate,
      ackRate: rates.ackRate,
      redeliverRate: rates.redeliverRate,
      by: numbers.by,
    },
    memory,
  };
}

const hasCounters = (numbers: QueueNumbers): boolean =>
  numbers.published !== null || numbers.delivered !== null || numbers.acked !== null || numbers.redelivered !== null;

function remember(numbers: QueueNumbers, before: QueueMemory | null): QueueMemory {
  const then = before?.counters ?? null;
  if (then !== null && before !== null && numbers.measuredAt <= then.measuredAt)
    return { ...before, unacked: numbers.unacked ?? before.unacked };
  const seconds = then === null ? 0 : (numbers.measuredAt - then.measuredAt) / 1000;
  const rates =
    then === null
      ? NO_RATES
      : {
          publishRate: rate(then.published, numbers.published, seconds),
          deliverRate: rate(then.delivered, numbers.delivered, seconds),
          ackRate: rate(then.acked, numbers.acked, seconds),
          redeliverRate: rate(then.redelivered, numbers.redelivered, seconds),
        };
  return { counters: numbers, rates, unacked: numbers.unacked };
}

function rate(then: number | null, now: number | null, seconds: number): number | null {
  if (then === null || now === null || now < then || seconds <= 0) return null;
  return Math.round(((now - then) / seconds) * 100) / 100;
}
