import type { Micros, Millis } from '@/lib/events/names';
import type { GroupPoint, LagVerdict } from '@/lib/contract/samples';
import { formatCount, formatDuration, formatRate } from '@/lib/time/format';
import { ratePerSecond, slopePerSecond } from './slope';
import { timeLag } from './time-lag';

export interface LagJudgement {
  readonly verdict: LagVerdict;
  /** The inputs, in words, with the window they come from. */
  readonly because: string;
  readonly behindMs: Millis | null;
  readonly behindIsAtLeast: boolean;
  readonly trend: number | null;
  readonly consumeRate: number | null;
  readonly produceRate: number | null;
  readonly clearInMs: Millis | null;
}

/** No sample for this long: what we know is too old to judge. */
const STALE_AFTER: Micros = 90e6;
/** Trend and rates are taken over the last two minutes. */
const RECENT: Micros = 120e6;
/** A commit that has not moved for this long, while something waits, is a consumer that does not take. */
const STILL_AFTER: Micros = 60e6;
/** Behind by less than this is the work in hand, not a lag. */
const IN_HAND_MS = 5_000;

/**
 * Judges one group on one topic by its samples, oldest first (docs/spec/lag.md [LG10]–[LG18]; the words are Burrow's, its inputs are not: we
 * see committed offsets by asking, not the commits). The first rule that fits decides:
 * no sample or a stale one → unknown · nothing committed → no offset · no members → no members · went back and not there again → rewound ·
 * nothing waits (or one commit marker) → caught up · did not move in the window → stopped, in the last minute → stalled ·
 * in hand → caught up · lag shrinks → catching up · else → falling behind.
 */
export function judgeLag(points: readonly GroupPoint[], now: Micros): LagJudgement {
  const latest = points.at(-1);
  if (!latest) return bare('unknown', 'No sample yet.');
  const recent = points.filter((point) => point.at >= latest.at - RECENT);
  const lags = recent.flatMap((point) => (point.lag === null ? [] : [{ at: point.at, value: point.lag }]));
  const numbers = {
    trend: slopePerSecond(lags),
    consumeRate: ratePerSecond(recent.flatMap((point) => (point.committed === null ? [] : [{ at: point.at, value: point.committed }]))),
    produceRate: ratePerSecond(recent.flatMap((point) => (point.end === null ? [] : [{ at: point.at, value: point.end }]))),
  };
  const { behindMs, isAtLeast } = timeLag(points);
  const clearInMs =
    latest.lag !== null && latest.lag > 0 && numbers.trend !== null && numbers.trend < 0 ? (latest.lag / -numbers.trend) * 1000 : null;
  const say = (verdict: LagVerdict, because: string): LagJudgement => ({
    verdict,
    because,
    behindMs,
    behindIsAtLeast: isAtLeast,
    ...numbers,
    clearInMs: verdict === 'catching-up' ? clearInMs : null,
  });

  if (now - latest.at > STALE_AFTER)
    return { ...bare('unknown', `No sample for ${formatDuration((now - latest.at) / 1000, 'sentence')}.`) };
  if (latest.lag === null || latest.committed === null)
    return say('no-offset', 'The group has committed nothing on this topic; where it would begin is its own setting.');
  const waits = `${formatCount(latest.lag)} ${latest.lag === 1 ? 'event waits' : 'events wait'}`;
  if (latest.members === 0)
    return say('no-members', latest.lag > 0 ? `${waits} and nobody is connected.` : 'Nobody is connected; nothing waits.');
  const wentBack = rewindIn(points);
  if (wentBack !== null)
    return say('rewound', `The committed offset went back by ${formatCount(wentBack)} and is not there again; ${waits}.`);
  if (latest.lag === 0) return say('caught-up', 'Nothing waits.');
  if (latest.lag === 1 && latest.stableLag === 0) return say('caught-up', 'Only a transaction marker is left.');
  const stillFor = latest.at - lastMove(points);
  if (stillFor >= STILL_AFTER) {
    const text = `${waits}; the committed offset has not moved for ${formatDuration(stillFor / 1000, 'sentence')}`;
    return stillFor >= latest.at - (points[0]?.at ?? latest.at)
      ? say('stopped', `${text}, as long as we have looked.`)
      : say('stalled', `${text}; before that it did.`);
  }
  const window = recent[0] ? formatDuration((latest.at - recent[0].at) / 1000, 'sentence') : '';
  const rates = `${waits}; ${formatRate(numbers.consumeRate)} taken, ${formatRate(numbers.produceRate)} published (${window})`;
  const flow = Math.max(numbers.produceRate ?? 0, numbers.consumeRate ?? 0);
  const noise = Math.max(0.02 * flow, 0.0001 * latest.lag, 0.01);
  if (behindMs !== null && !isAtLeast && behindMs < IN_HAND_MS) return say('caught-up', `${rates}: in hand.`);
  if (numbers.trend === null) return say('unknown', `${waits}; one sample only.`);
  if (numbers.trend < -noise) return say('catching-up', `${rates}.`);
  return say('falling-behind', numbers.trend > noise ? `${rates}: it grows.` : `${rates}: it neither grows nor shrinks.`);
}

const bare = (verdict: LagVerdict, because: string): LagJudgement => ({
  verdict,
  because,
  behindMs: null,
  behindIsAtLeast: false,
  trend: null,
  consumeRate: null,
  produceRate: null,
  clearInMs: null,
});

/** By how much the committed offset once went back, when it has not reached its old place again; else null. */
function rewindIn(points: readonly GroupPoint[]): number | null {
  let highest: number | null = null;
  let back: number | null = null;
  for (const { committed } of points) {
    if (committed === null) continue;
    if (highest === null || committed >= highest) {
      highest = committed;
      back = null;
    } else back = Math.max(back ?? 0, highest - committed);
  }
  return back;
}

/** When the committed offset was last seen to move; the first sample when it never did. */
function lastMove(points: readonly GroupPoint[]): Micros {
  const known = points.filter((point) => point.committed !== null);
  for (let index = known.length - 1; index > 0; index--) {
    const [point, before] = [known[index], known[index - 1]];
    if (point && before && point.committed !== before.committed) return point.at;
  }
  return known[0]?.at ?? 0;
}

/** How loud a verdict is: a group that nobody reads is loud only while something waits. */
export function levelOfLag(verdict: LagVerdict, lag: number | null): 'ok' | 'warn' | 'bad' | 'off' {
  switch (verdict) {
    case 'caught-up':
      return 'ok';
    case 'catching-up':
    case 'falling-behind':
    case 'rewound':
      return 'warn';
    case 'stalled':
    case 'stopped':
      return 'bad';
    case 'no-members':
      return (lag ?? 0) > 0 ? 'bad' : 'off';
    default:
      return 'off';
  }
}
