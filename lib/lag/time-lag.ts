import type { Micros, Millis } from '@/lib/events/names';
import type { GroupPoint, PartitionPoint } from '@/lib/contract/samples';

export interface TimeLag {
  /** null = unknown. */
  readonly behindMs: Millis | null;
  /** The samples do not reach back far enough: at least this much. */
  readonly isAtLeast: boolean;
}

const UNKNOWN: TimeLag = { behindMs: null, isAtLeast: false };

/**
 * How long ago the committed offset was the end: [LG1] by interpolating our own samples of (end, time), per partition where they are kept, the
 * worst partition counts; [LG2] never extrapolated: older than the first sample is "at least"; [LG3] nothing waiting is 0; [LG4] nothing
 * committed is unknown. `points` oldest first.
 */
export function timeLag(points: readonly GroupPoint[]): TimeLag {
  const latest = points.at(-1);
  if (!latest || latest.lag === null) return UNKNOWN;
  if (latest.lag === 0) return { behindMs: 0, isAtLeast: false };
  const perPartition = latest.partitions.length > 0 && points.some((point) => point !== latest && point.partitions.length > 0);
  if (!perPartition) {
    if (latest.committed === null) return UNKNOWN;
    // Retention moves what can still be read: the group stands where its lag begins.
    return whenWasEnd(
      points.flatMap((point) => (point.end === null ? [] : [{ at: point.at, end: point.end }])),
      (latest.end ?? 0) - latest.lag,
      latest.at,
    );
  }
  return latest.partitions.map((partition) => partitionLag(points, partition, latest.at)).reduce(worse, { behindMs: 0, isAtLeast: false });
}

function partitionLag(points: readonly GroupPoint[], partition: PartitionPoint, now: Micros): TimeLag {
  if (partition.lag === null || partition.end === null) return { behindMs: 0, isAtLeast: false };
  if (partition.lag === 0) return { behindMs: 0, isAtLeast: false };
  const ends = points.flatMap((point) => {
    const end = point.partitions.find((other) => other.partition === partition.partition)?.end ?? null;
    return end === null ? [] : [{ at: point.at, end }];
  });
  return whenWasEnd(ends, partition.end - partition.lag, now);
}

/** The moment at which the end passed `offset`: the event at `offset` is the first one that waits. */
function whenWasEnd(ends: readonly { readonly at: Micros; readonly end: number }[], offset: number, now: Micros): TimeLag {
  const after = ends.findIndex((sample) => sample.end > offset);
  const upper = ends[after];
  if (!upper) return UNKNOWN;
  const lower = ends[after - 1];
  if (!lower) return { behindMs: (now - upper.at) / 1000, isAtLeast: true };
  const share = (offset - lower.end) / (upper.end - lower.end);
  return { behindMs: Math.max(0, (now - (lower.at + share * (upper.at - lower.at))) / 1000), isAtLeast: false };
}

function worse(a: TimeLag, b: TimeLag): TimeLag {
  if (a.behindMs === null || b.behindMs === null) return a.behindMs === null ? a : b;
  return b.behindMs > a.behindMs ? b : a;
}
