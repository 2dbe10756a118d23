import type { GroupPoint, LagDetail, NamedSeries } from '@/lib/contract/samples';
import type { BrokerName, InboxName } from '@/lib/events/names';
import { lagRow } from '@/lib/lag/lag-rows';
import { lastMinutes, type TimeRange } from '../range';
import type { Services } from '../services';
import { DETAIL_POINTS, detailSeries, NOT_LOOKED_AT } from './detail-series';
import { declaredTopology } from './drawing';

/** One group on one topic: its charts over `range`, its members as the broker names them. */
export async function getLagDetail(
  services: Services,
  broker: BrokerName,
  inbox: InboxName,
  range: TimeRange,
): Promise<LagDetail | 'not-found'> {
  const { store, clock } = services;
  const now = clock();
  const [recent, points, latest, pictures] = await Promise.all([
    store.groupSeries(broker, inbox, lastMinutes(now, 15), DETAIL_POINTS),
    store.groupSeries(broker, inbox, range, DETAIL_POINTS),
    store.latestSamples(),
    store.pictures(),
  ]);
  const newest = latest.groups.find((point) => point.broker === broker && point.inbox === inbox) ?? recent.at(-1) ?? points.at(-1);
  if (!newest) return 'not-found';
  const declared = pictures.find((picture) => picture.broker === broker)?.inboxes.find((one) => one.inbox === inbox);
  const { servicesOf } = declaredTopology(services, pictures);
  return {
    row: lagRow(recent, newest, { now, range: lastMinutes(now, 15), servicesOf }),
    series: seriesOf(points, range),
    members: (declared?.consumers ?? []).map(({ id, service, host, partitions }) => ({ id, service, host, partitions })),
  };
}

function seriesOf(points: readonly GroupPoint[], range: TimeRange): NamedSeries[] {
  const series = (name: string, unit: string, value: (point: GroupPoint) => number | null) =>
    detailSeries(
      name,
      unit,
      points.map((point) => ({ at: point.at, value: value(point) })),
      range,
    );
  const rate = (name: string, value: (point: GroupPoint) => number | null) => detailSeries(name, '/s', perSecond(points, value), range);
  return [
    series('lag', 'events', (point) => point.lag),
    series('lag to the last stable offset', 'events', (point) => point.stableLag),
    rate('taken', (point) => point.committed),
    rate('published', (point) => point.end),
  ];
}

/** A counter's steps as rates; through a pause, or back, there is none. */
function perSecond(points: readonly GroupPoint[], value: (point: GroupPoint) => number | null): { at: number; value: number | null }[] {
  return points.slice(1).map((point, index) => {
    const before = points[index];
    const [then, now] = [before ? value(before) : null, value(point)];
    const seconds = before ? (point.at - before.at) / 1e6 : 0;
    return {
      at: point.at,
      value: then === null || now === null || seconds <= 0 || seconds > NOT_LOOKED_AT / 1e6 || now < then ? null : (now - then) / seconds,
    };
  });
}
