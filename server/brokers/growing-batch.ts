import type { ChannelName } from '@/lib/events/names';
import type { RawRecord } from '@/lib/events/observed-event';
import type { TapBatch, TapGap } from './broker';

/** A batch as its tap keeps it: until it is stored, what comes may still be added. */
export interface GrowingBatch extends TapBatch {
  readonly records: RawRecord[];
  readonly gaps: TapGap[];
  readonly offsets: Map<ChannelName, Map<number, number>>;
}

/** What came since goes behind what is there; offsets move on. */
export function growBatch(batch: GrowingBatch, more: Pick<TapBatch, 'records' | 'gaps' | 'offsets'>): void {
  for (const record of more.records) batch.records.push(record);
  batch.gaps.push(...more.gaps);
  for (const [channel, partitions] of more.offsets) {
    const known = batch.offsets.get(channel) ?? new Map<number, number>();
    for (const [partition, next] of partitions) known.set(partition, next);
    batch.offsets.set(channel, known);
  }
}
