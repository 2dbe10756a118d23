import type { NamedSeries, QueueDetail, QueuePoint } from '@/lib/contract/samples';
import type { BrokerName, InboxName } from '@/lib/events/names';
import { queueRow } from '@/lib/queues/queue-rows';
import { inboxNode } from '@/lib/topology/node-ids';
import { lastMinutes, type TimeRange } from '../range';
import type { Services } from '../services';
import { DETAIL_POINTS, detailSeries } from './detail-series';
import { declaredTopology } from './drawing';

/** One queue: its charts over `range`, its bindings, where its letters go, who listens. */
export async function getQueueDetail(
  services: Services,
  broker: BrokerName,
  queue: InboxName,
  range: TimeRange,
): Promise<QueueDetail | 'not-found'> {
  const { store, clock } = services;
  const now = clock();
  const [recent, points, latest, pictures] = await Promise.all([
    store.queueSeries(broker, queue, lastMinutes(now, 15), DETAIL_POINTS),
    store.queueSeries(broker, queue, range, DETAIL_POINTS),
    store.latestSamples(),
    store.pictures(),
  ]);
  const picture = pictures.find((one) => one.broker === broker);
  const declared = picture?.inboxes.find((one) => one.inbox === queue);
  const newest = latest.queues.find((point) => point.broker === broker && point.inbox === queue) ?? recent.at(-1) ?? points.at(-1);
  if (!newest) return 'not-found';
  const { servicesOf, isDeadLetter, waits } = declaredTopology(services, pictures);
  const to = declared?.deadLetterTo ?? null;
  return {
    row: queueRow(recent, newest, declared?.protocol ?? 'queue', isDeadLetter(inboxNode(broker, queue)), {
      now,
      range: lastMinutes(now, 15),
      servicesOf,
      waits: waits(inboxNode(broker, queue)),
    }),
    series: seriesOf(points, range),
    bindings: (picture?.bindings ?? []).flatMap(({ from, to: target, routingKey }) =>
      target.kind === 'inbox' && target.inbox === queue ? [{ from, routingKey }] : [],
    ),
    deadLetterTo: to === null ? null : to.channel === '' ? to.routingKey : to.channel,
    consumers: (declared?.consumers ?? []).map(({ service, rawName, host, prefetch }) => ({ service, rawName, host, prefetch })),
  };
}

function seriesOf(points: readonly QueuePoint[], range: TimeRange): NamedSeries[] {
  const series = (name: string, unit: string, value: (point: QueuePoint) => number | null) =>
    detailSeries(
      name,
      unit,
      points.map((point) => ({ at: point.at, value: value(point) })),
      range,
    );
  return [
    series('ready', 'messages', (point) => point.ready),
    series('unacked', 'messages', (point) => point.unacked),
    series('consumers', 'consumers', (point) => point.consumers),
    series('published', '/s', (point) => point.publishRate),
    series('delivered', '/s', (point) => point.deliverRate),
    series('acknowledged', '/s', (point) => point.ackRate),
    series('redelivered', '/s', (point) => point.redeliverRate),
  ];
}
