import type { NamedSeries } from '@/lib/contract/samples';
import type { TopologyDetail } from '@/lib/contract/topology';
import { thinSeries } from '@/lib/charts/thin-series';
import { placeFilter, type PlaceFilter } from '@/lib/topology/place-filter';
import type { TimeRange } from '../range';
import type { Services } from '../services';

const POINTS = 120;
const RECENT = 30;
const GAP = 90e6;

/** The side panel of one node or edge: its rate, what waits, its newest events, types and causes of death. */
export async function getTopologyDetail(services: Services, id: string, range: TimeRange): Promise<TopologyDetail | 'not-found'> {
  const { store, settings } = services;
  const filter = placeFilter(id, (broker) => settings.brokers.find(({ name }) => name === broker)?.system);
  if (filter === 'not-a-place') return 'not-found';
  const [rate, waiting, recent, types, letters] = await Promise.all([
    store.edgeSeries(filter.counts, range, POINTS),
    waitingOf(services, filter, range),
    store.recentEvents({ ...filter.events, range, limit: RECENT }),
    store.typesOf(filter.counts, range),
    store.deadLetterGroups(range, 200),
  ]);
  const { inbox, channel, kind } = filter.counts;
  const died = letters.groups.filter(
    (group) =>
      group.broker === filter.counts.broker &&
      (kind === 'dead-letter' || filter.samples !== null) &&
      (group.failedIn === (filter.samples?.inbox ?? inbox ?? null) ||
        (inbox === undefined && group.failedIn === null && channel !== undefined)),
  );
  return { id, series: [rate, ...waiting], recent: recent.rows, types, causes: died.map(({ cause, count }) => ({ cause, count })) };
}

async function waitingOf({ store }: Services, { samples }: PlaceFilter, range: TimeRange): Promise<NamedSeries[]> {
  if (samples === null) return [];
  const { broker, inbox, kind } = samples;
  const points =
    kind === 'group'
      ? (await store.groupSeries(broker, inbox, range, POINTS)).map(({ at, lag }) => ({ at, value: lag }))
      : (await store.queueSeries(broker, inbox, range, POINTS)).map(({ at, ready }) => ({ at, value: ready }));
  return [
    {
      name: kind === 'group' ? 'lag' : 'ready',
      unit: kind === 'group' ? 'events' : 'messages',
      points: thinSeries(points, range, { most: POINTS, gapAfter: GAP }),
    },
  ];
}
