import type { BrokerName, InboxName, Micros, Millis, ServiceName } from '@/lib/events/names';

/** One sample of one group on one topic, already added up (partitions in `partitions`). */
export interface GroupPoint {
  readonly broker: BrokerName;
  readonly inbox: InboxName;
  readonly group: string;
  readonly topic: string;
  readonly at: Micros;
  readonly protocol: 'classic' | 'consumer' | 'share' | 'unknown';
  readonly state: string;
  readonly members: number | null;
  /** Sum over partitions of max(0, end − max(committed, logStart)); null when nothing was ever committed. */
  readonly lag: number | null;
  /** The same against the last stable offset. */
  readonly stableLag: number | null;
  /** Sum of committed offsets, for the consume rate. */
  readonly committed: number | null;
  readonly end: number | null;
  /** Records lost to retention before they were read. */
  readonly lost: number;
  readonly partitions: readonly PartitionPoint[];
}

export interface PartitionPoint {
  readonly partition: number;
  readonly committed: number | null;
  readonly logStart: number | null;
  readonly end: number | null;
  readonly lastStable: number | null;
  readonly lag: number | null;
}

export interface QueuePoint {
  readonly broker: BrokerName;
  readonly inbox: InboxName;
  readonly at: Micros;
  readonly ready: number | null;
  readonly unacked: number | null;
  readonly consumers: number | null;
  /** Per second since the sample before; null = unknown. */
  readonly publishRate: number | null;
  readonly deliverRate: number | null;
  readonly ackRate: number | null;
  readonly redeliverRate: number | null;
  readonly by: 'passive-declare' | 'management' | 'prometheus' | 'engine';
}

export type LagVerdict =
  | 'caught-up'
  | 'falling-behind'
  | 'stalled'
  | 'stopped'
  | 'rewound'
  | 'no-members'
  | 'no-offset'
  | 'catching-up'
  | 'unknown';

export interface LagRow {
  readonly point: GroupPoint;
  readonly verdict: LagVerdict;
  /** The inputs of the verdict, in words. */
  readonly because: string;
  /** Seconds behind, by interpolating our samples; null = unknown, `older` = at least this much. */
  readonly behindMs: Millis | null;
  readonly behindIsAtLeast: boolean;
  /** Events per second, signed: + grows. */
  readonly trend: number | null;
  readonly consumeRate: number | null;
  readonly produceRate: number | null;
  readonly clearInMs: Millis | null;
  readonly services: readonly ServiceName[];
  /** ≤ 60 points for the row's spark line. */
  readonly spark: readonly (number | null)[];
}

export interface LagView {
  readonly at: Micros;
  readonly rows: readonly LagRow[];
}

export interface SeriesPoint {
  readonly at: Micros;
  readonly value: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** ≤ 300 points each, prepared on the server. `null` value = no sample (drawn as hatch, never as 0). */
export interface NamedSeries {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly SeriesPoint[];
}

export interface LagDetail {
  readonly row: LagRow;
  readonly series: readonly NamedSeries[];
  readonly members: readonly {
    readonly id: string;
    readonly service: ServiceName | null;
    readonly host: string | null;
    readonly partitions: readonly number[];
  }[];
}

export interface QueueRow {
  readonly point: QueuePoint;
  readonly kind: string;
  readonly deadLetter: boolean;
  readonly verdict: 'empty' | 'flowing' | 'filling' | 'draining' | 'no-consumers' | 'stalled' | 'unknown';
  readonly because: string;
  /** ready ÷ ack rate: an estimate, said so. */
  readonly waitMs: Millis | null;
  readonly services: readonly ServiceName[];
  readonly spark: readonly (number | null)[];
}

export interface QueuesView {
  readonly at: Micros;
  readonly rows: readonly QueueRow[];
}

export interface QueueDetail {
  readonly row: QueueRow;
  readonly series: readonly NamedSeries[];
  readonly bindings: readonly { readonly from: string; readonly routingKey: string }[];
  readonly deadLetterTo: string | null;
  readonly consumers: readonly {
    readonly service: ServiceName | null;
    readonly rawName: string;
    readonly host: string | null;
    readonly prefetch: number | null;
  }[];
}
