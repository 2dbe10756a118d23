import type { DeadLettersView } from '@/lib/contract/dead-letters';
import type { BrokerName } from '@/lib/events/names';
import type { TimeRange } from '../range';
import type { Services } from '../services';

const MOST_GROUPS = 200;

/** Letters by cause, and the queues of letters that can only be counted because they are sent to through the default exchange. */
export async function getDeadLetters({ store }: Services, range: TimeRange, brokers?: ReadonlySet<BrokerName>): Promise<DeadLettersView> {
  const [found, pictures, samples] = await Promise.all([
    store.deadLetterGroups(range, MOST_GROUPS),
    store.pictures(),
    store.latestSamples(),
  ]);
  const asked = (broker: BrokerName) => brokers === undefined || brokers.has(broker);
  const countedOnly = pictures.flatMap(({ broker, inboxes }) => {
    const names = new Set(
      inboxes.flatMap(({ deadLetterTo }) =>
        deadLetterTo?.channel === '' && deadLetterTo.routingKey !== null ? [deadLetterTo.routingKey] : [],
      ),
    );
    return [...names]
      .filter(() => asked(broker))
      .map((inbox) => ({
        broker,
        inbox,
        ready: samples.queues.find((point) => point.broker === broker && point.inbox === inbox)?.ready ?? null,
      }));
  });
  const groups = found.groups.filter(({ broker }) => asked(broker));
  return {
    groups,
    total: brokers === undefined ? found.total : groups.reduce((sum, group) => sum + group.count, 0),
    cut: found.cut,
    countedOnly,
  };
}
