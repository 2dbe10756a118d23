import type { GroupPoint, PartitionPoint } from '@/lib/contract/samples';
import type { BrokerName, ChannelName, InboxName, Micros } from '@/lib/events/names';

/** What a broker says of one group on one topic; `null` = not known, or never committed. Committed was read before the ends. */
export interface GroupNumbers {
  readonly inbox: InboxName;
  readonly topic: ChannelName;
  readonly group: string;
  readonly state: string;
  readonly protocol: GroupPoint['protocol'];
  readonly members: number | null;
  readonly partitions: readonly {
    readonly partition: number;
    readonly committed: number | null;
    readonly logStart: number | null;
    readonly highWatermark: number | null;
    readonly lastStable: number | null;
  }[];
}

/**
 * One sample of a group, added up. [M1] lag = max(0, end − max(committed, log start)): what retention took is not lag, it is `lost`.
 * [M2] A partition without a commit has no lag; a group without any has none (`null`), never 0 or everything.
 * `committed` counts such a partition from its log start, so that its first commit is no leap in the rate that is read off the sum.
 * [M3] The lag against the last stable offset stands beside it; `null` when one committed partition does not know its own.
 */
export function toGroupPoint(broker: BrokerName, numbers: GroupNumbers, at: Micros): GroupPoint {
  const partitions: PartitionPoint[] = [];
  let standing = 0;
  let anyCommitted = false;
  let end: number | null = null;
  let lag: number | null = null;
  let stableLag: number | null = 0;
  let lost = 0;
  for (const partition of numbers.partitions) {
    const { logStart, highWatermark, lastStable } = partition;
    const own = lagTo(highWatermark, partition.committed, logStart);
    partitions.push({ partition: partition.partition, committed: partition.committed, logStart, end: highWatermark, lastStable, lag: own });
    if (highWatermark !== null) end = (end ?? 0) + highWatermark;
    standing += partition.committed ?? logStart ?? 0;
    if (partition.committed === null) continue;
    anyCommitted = true;
    if (own !== null) lag = (lag ?? 0) + own;
    const stable = lagTo(lastStable, partition.committed, logStart);
    stableLag = stable === null || stableLag === null ? null : stableLag + stable;
    if (logStart !== null) lost += Math.max(0, logStart - partition.committed);
  }
  const { inbox, group, topic, protocol, state, members } = numbers;
  return {
    broker,
    inbox,
    group,
    topic,
    at,
    protocol,
    state,
    members,
    lag,
    stableLag: anyCommitted ? stableLag : null,
    committed: anyCommitted ? standing : null,
    end,
    lost,
    partitions,
  };
}

function lagTo(end: number | null, committed: number | null, logStart: number | null): number | null {
  return end === null || committed === null ? null : Math.max(0, end - Math.max(committed, logStart ?? 0));
}
