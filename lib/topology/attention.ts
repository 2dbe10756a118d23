import type { BrokerName, Micros } from '@/lib/events/names';
import type { GapRow, TapCard } from '@/lib/contract/taps';
import type { LagRow, QueueRow } from '@/lib/contract/samples';
import type { Attention } from '@/lib/contract/topology';
import { deadLettersHref, lagHref, queueHref, sagasHref, TAPS_HREF } from '@/lib/hrefs';
import { levelOfLag } from '@/lib/lag/verdict';
import { levelOfQueue } from '@/lib/queues/verdict';
import { formatCount, formatDuration } from '@/lib/time/format';

export interface AttentionInput {
  readonly lag: readonly LagRow[];
  readonly queues: readonly QueueRow[];
  /** Letters seen in the asked range. */
  readonly deadLetters: readonly {
    readonly id: string;
    readonly cause: string;
    readonly count: number;
    readonly failedIn: string | null;
  }[];
  readonly stuckSagas: readonly { readonly definition: string; readonly count: number }[];
  readonly taps: readonly TapCard[];
  readonly gaps: readonly Pick<GapRow, 'tap' | 'count' | 'reason' | 'at'>[];
  readonly collectorPresent: boolean;
  readonly now: Micros;
  readonly brokers?: ReadonlySet<BrokerName> | undefined;
}

const MOST = 12;

/** What needs a look, in words with numbers, the loudest first and each with where to look (docs/spec/topology.md [TP30]); at most twelve. */
export function whatNeedsALook(input: AttentionInput): Attention[] {
  const shown = (broker: BrokerName) => input.brokers === undefined || input.brokers.has(broker);
  const found: Attention[] = [
    ...(input.collectorPresent
      ? []
      : [
          {
            level: 'bad',
            text: 'The collector is gone',
            detail: 'Nothing new is read until it is back; what was stored can be looked at.',
            href: TAPS_HREF,
          } as const,
        ]),
    ...input.taps.filter((tap) => shown(tap.broker)).flatMap((tap) => aboutTap(tap, input.now)),
    ...input.lag.filter((row) => shown(row.point.broker)).flatMap(aboutGroup),
    ...input.queues.filter((row) => shown(row.point.broker)).flatMap(aboutQueue),
    ...input.stuckSagas
      .filter(({ count }) => count > 0)
      .map(
        ({ definition, count }) =>
          ({
            level: 'bad',
            text: `${formatCount(count)} ${definition} stuck`,
            detail: 'A step is overdue.',
            href: sagasHref(definition, 'stuck'),
          }) as const,
      ),
    ...input.deadLetters.map(
      ({ id, cause, count, failedIn }) =>
        ({
          level: 'bad',
          text: `${formatCount(count)} ${count === 1 ? 'dead letter' : 'dead letters'}: ${cause}`,
          detail: failedIn === null ? 'Where they died is not said.' : `Died in ${failedIn}.`,
          href: deadLettersHref(id),
        }) as const,
    ),
    ...aboutGaps(input),
  ];
  return found.toSorted((a, b) => Number(b.level === 'bad') - Number(a.level === 'bad')).slice(0, MOST);
}

function aboutTap({ tap, status, problem, since }: TapCard, now: Micros): Attention[] {
  if (status !== 'retrying' && status !== 'failed') return [];
  const text =
    status === 'failed' ? `Tap ${tap} failed` : `Tap ${tap} retries for ${formatDuration(Math.max(0, now / 1000 - since), 'sentence')}`;
  return [{ level: 'bad', text, detail: problem ? `${problem.text} ${problem.cure}` : 'No reason is known.', href: TAPS_HREF }];
}

function aboutGroup({ point, verdict, because, behindMs, behindIsAtLeast }: LagRow): Attention[] {
  const level = levelOfLag(verdict, point.lag);
  if (level !== 'bad' && verdict !== 'falling-behind' && verdict !== 'rewound') return [];
  const behind =
    behindMs === null || behindMs === 0 ? '' : `, ${behindIsAtLeast ? 'at least ' : ''}${formatDuration(behindMs, 'sentence')} behind`;
  return [
    {
      level: level === 'bad' ? 'bad' : 'warn',
      text: `${point.group} on ${point.topic}: ${verdict.replaceAll('-', ' ')}${behind}`,
      detail: because,
      href: lagHref(point.broker, point.inbox),
    },
  ];
}

function aboutQueue({ point, verdict, because, deadLetter }: QueueRow): Attention[] {
  // Letters have their own lines, by cause.
  if (deadLetter) return [];
  const level = levelOfQueue(verdict, deadLetter, point.ready);
  if (level !== 'bad' && verdict !== 'filling') return [];
  return [
    {
      level: level === 'bad' ? 'bad' : 'warn',
      text: `${point.inbox}: ${verdict === 'filling' ? 'filling up' : verdict.replaceAll('-', ' ')}, ${formatCount(point.ready)} ready`,
      detail: because,
      href: queueHref(point.broker, point.inbox),
    },
  ];
}

function aboutGaps({ gaps }: AttentionInput): Attention[] {
  if (gaps.length === 0) return [];
  const known = gaps.reduce((sum, gap) => sum + (gap.count ?? 0), 0);
  const unknown = gaps.some((gap) => gap.count === null);
  const count = known === 0 ? 'a count nobody knows' : `${unknown ? 'at least ' : ''}${formatCount(known)} events`;
  const reasons = [...new Set(gaps.map((gap) => gap.reason))].join(', ');
  return [
    {
      level: 'warn',
      text: `${gaps.length === 1 ? 'One gap' : `${gaps.length} gaps`}: ${count} not seen`,
      detail: `Reasons: ${reasons}.`,
      href: TAPS_HREF,
    },
  ];
}
