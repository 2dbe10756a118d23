import type { Micros, Millis } from '@/lib/events/names';
import type { QueuePoint, QueueRow } from '@/lib/contract/samples';
import { slopePerSecond } from '@/lib/lag/slope';
import { formatCount, formatDuration, formatRate } from '@/lib/time/format';

export interface QueueJudgement {
  readonly verdict: QueueRow['verdict'];
  readonly because: string;
  /** ready ÷ ack rate: an estimate, a broker does not tell when a message was taken. */
  readonly waitMs: Millis | null;
}

const STALE_AFTER: Micros = 90e6;
const RECENT: Micros = 120e6;
const STILL_AFTER: Micros = 60e6;

/**
 * Judges one queue by its samples, oldest first (docs/spec/queues.md [QU1]–[QU8]). The first rule that fits decides: no number → unknown ·
 * nothing ready and nothing in hand → empty · a step of a retry ladder (`waits`) → flowing · something waits and nobody listens → no consumers · nothing taken for a minute → stalled ·
 * depth grows → filling, shrinks → draining · else flowing.
 */
export function judgeQueue(points: readonly QueuePoint[], now: Micros, waits = false): QueueJudgement {
  const latest = points.at(-1);
  if (!latest) return { verdict: 'unknown', because: 'No sample yet.', waitMs: null };
  if (now - latest.at > STALE_AFTER)
    return { verdict: 'unknown', because: `No sample for ${formatDuration((now - latest.at) / 1000, 'sentence')}.`, waitMs: null };
  const { ready, unacked, consumers, ackRate } = latest;
  if (ready === null)
    return { verdict: 'unknown', because: 'The broker does not tell the depth: its statistics are off or not permitted.', waitMs: null };
  const waitMs = ready === 0 ? 0 : ackRate !== null && ackRate > 0 ? (ready / ackRate) * 1000 : null;
  const say = (verdict: QueueRow['verdict'], because: string): QueueJudgement => ({ verdict, because, waitMs });
  if (ready === 0 && (unacked ?? 0) === 0) return say('empty', 'Nothing waits.');
  const depth = `${formatCount(ready)} ready${unacked === null ? '' : `, ${formatCount(unacked)} in hand`}`;
  if (waits) return say('flowing', `${depth}; they wait here until their time is over, and go back.`);
  if (consumers === 0 && ready > 0) return say('no-consumers', `${depth}; nobody listens.`);
  const recent = points.filter((point) => point.at >= latest.at - RECENT);
  if (ready > 0 && nothingTaken(recent, latest)) return say('stalled', `${depth}; nothing was taken for a minute or more.`);
  const trend = slopePerSecond(recent.flatMap((point) => (point.ready === null ? [] : [{ at: point.at, value: point.ready }])));
  const window = recent[0] ? formatDuration((latest.at - recent[0].at) / 1000, 'sentence') : '';
  const flow = `${depth}; ${formatRate(latest.publishRate)} in, ${formatRate(ackRate)} acknowledged`;
  const noise = Math.max(0.02 * Math.max(latest.publishRate ?? 0, ackRate ?? 0), 0.0005 * ready, 0.05);
  if (trend !== null && trend > noise) return say('filling', `${flow}; grows by ${formatRate(trend)} (${window}).`);
  if (trend !== null && trend < -noise) return say('draining', `${flow}; shrinks by ${formatRate(-trend)} (${window}).`);
  return say('flowing', `${flow}.`);
}

/** For a whole minute no acknowledgement and no shrinking; unknown rates are not taken for zero. */
function nothingTaken(recent: readonly QueuePoint[], latest: QueuePoint): boolean {
  const minute = recent.filter((point) => point.at >= latest.at - STILL_AFTER);
  const covers = recent.some((point) => point.at <= latest.at - STILL_AFTER);
  return (
    covers && minute.every((point, index) => point.ackRate === 0 && (index === 0 || (point.ready ?? 0) >= (minute[index - 1]?.ready ?? 0)))
  );
}

/** How loud a verdict is; a queue for dead letters has no consumers by design, its letters are a warning in themselves. */
export function levelOfQueue(verdict: QueueRow['verdict'], deadLetter: boolean, ready: number | null): 'ok' | 'warn' | 'bad' | 'off' {
  if (deadLetter) return ready === null ? 'off' : ready > 0 ? 'warn' : 'ok';
  switch (verdict) {
    case 'empty':
    case 'flowing':
      return 'ok';
    case 'draining':
    case 'filling':
      return 'warn';
    case 'no-consumers':
    case 'stalled':
      return 'bad';
    default:
      return 'off';
  }
}
