import type { QueuesView } from '@/lib/contract/samples';
import type { BrokerName } from '@/lib/events/names';
import { byNeedInQueues, queueRow } from '@/lib/queues/queue-rows';
import { inboxNode } from '@/lib/topology/node-ids';
import { lastMinutes, type TimeRange } from '../range';
import type { Services } from '../services';
import { byInbox } from './by-inbox';
import { declaredTopology } from './drawing';

const POINTS = 90;

/** Every queue with its verdict, the loudest first. */
export async function getQueues(services: Services, range?: TimeRange, brokers?: ReadonlySet<BrokerName>): Promise<QueuesView> {
  const { store, clock } = services;
  const now = clock();
  const window = lastMinutes(now, 15);
  const [latest, recent, pictures, asked] = await Promise.all([
    store.latestSamples(),
    store.allQueueSeries(window, POINTS),
    store.pictures(),
    range === undefined ? null : store.allQueueSeries(range, 60),
  ]);
  const { servicesOf, isDeadLetter, waits } = declaredTopology(services, pictures);
  const declared = new Map(
    pictures.flatMap(({ broker, at, inboxes }) => inboxes.map((inbox) => [inboxNode(broker, inbox.inbox), { ...inbox, at }] as const)),
  );
  const pictureAt = new Map(pictures.map(({ broker, at }) => [broker, at]));
  const series = byInbox(recent.values());
  const sparks = asked === null ? series : byInbox(asked.values());
  const rows = latest.queues
    .filter(
      (point) => (brokers === undefined || brokers.has(point.broker)) && declared.get(inboxNode(point.broker, point.inbox))?.ours !== true,
    )
    .filter((point) => declared.has(inboxNode(point.broker, point.inbox)) || point.at > (pictureAt.get(point.broker) ?? 0))
    .map((point) => {
      const id = inboxNode(point.broker, point.inbox);
      const [kind, letters] = [declared.get(id)?.protocol ?? 'queue', isDeadLetter(id)];
      const row = queueRow(series.get(id) ?? [], point, kind, letters, { now, range: window, servicesOf, waits: waits(id) });
      return range === undefined
        ? row
        : { ...row, spark: queueRow(sparks.get(id) ?? [], point, kind, letters, { now, range, servicesOf, waits: waits(id) }).spark };
    })
    .toSorted(byNeedInQueues);
  return { at: now, rows };
}
