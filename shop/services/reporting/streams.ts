import type { IncomingEvent } from '../../kernel/events';
import type { Parts } from '../../kernel/parts';
import type { BatchHandler } from '../../kernel/service-host';
import type { Activity, ActivityReport } from './activity';
import { ACTIVITY_CONTRACTS } from './contracts';
import { toSummary } from './summary';

/** Counts what users did, a hundred at a time. What is not an activity is not counted: nobody waits for it. */
export const countActivity =
  (report: ActivityReport): BatchHandler =>
  async (events) =>
    report.add(events.flatMap((event) => toActivity(event)));

function toActivity({ type, data, at }: IncomingEvent): Activity[] {
  const contract = ACTIVITY_CONTRACTS[type as keyof typeof ACTIVITY_CONTRACTS];
  const read = contract?.safeParse(data);
  if (read?.success !== true) return [];
  const { userId } = read.data;
  return [{ type, userId, at, ...('productId' in read.data ? { productId: read.data.productId } : {}) }];
}

/** The run wants this batch to fail after it was written. */
class BatchAborted extends Error {
  override readonly name = 'BatchAborted';
}

/**
 * Order events in, summaries out, and the position of what was read: one Kafka transaction. A batch that aborts leaves neither, and is read
 * again; who reads uncommitted records has seen it all the same.
 */
export const summarise =
  ({ publisher, service, instance, faults, clock }: Pick<Parts, 'publisher' | 'service' | 'instance' | 'faults' | 'clock'>): BatchHandler =>
  async (events, { flush, position }) => {
    const summaries = events.map((event) => toSummary(event, service, clock()));
    await publisher.publishTogether(`${position.group}-${instance}`, summaries, position, async () => {
      if (faults.abortsBatch(flush)) throw new BatchAborted(`batch ${flush}`);
    });
  };
