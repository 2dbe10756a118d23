import type { LagRow, LagView } from '@/lib/contract/samples';
import type { BrokerName } from '@/lib/events/names';
import { byNeedInLag, lagRow } from '@/lib/lag/lag-rows';
import { inboxNode } from '@/lib/topology/node-ids';
import { lastMinutes, type TimeRange } from '../range';
import type { Services } from '../services';
import { declaredTopology } from './drawing';
import { byInbox } from './by-inbox';

/** Samples a verdict is made of: one in ten seconds of 15 minutes. */
const POINTS = 90;

/** Every group on every topic with its verdict, who is behind first. The spark lines are over `range`, the verdicts over the last 15 minutes. */
export async function getLag(services: Services, range?: TimeRange, brokers?: ReadonlySet<BrokerName>): Promise<LagView> {
  const { store, clock } = services;
  const now = clock();
  const window = lastMinutes(now, 15);
  const [latest, recent, pictures, asked] = await Promise.all([
    store.latestSamples(),
    store.allGroupSeries(window, POINTS),
    store.pictures(),
    range === undefined ? null : store.allGroupSeries(range, 60),
  ]);
  const { servicesOf, nodes } = declaredTopology(services, pictures);
  const drawn = new Set(nodes.map((node) => node.id));
  const series = byInbox(recent.values());
  const sparks = asked === null ? series : byInbox(asked.values());
  const rows = latest.groups
    .filter((point) => (brokers === undefined || brokers.has(point.broker)) && isStillThere(point, pictures, drawn))
    .map((point): LagRow => {
      const id = inboxNode(point.broker, point.inbox);
      const row = lagRow(series.get(id) ?? [], point, { now, range: window, servicesOf });
      return range === undefined ? row : { ...row, spark: lagRow(sparks.get(id) ?? [], point, { now, range, servicesOf }).spark };
    })
    .toSorted(byNeedInLag);
  return { at: now, rows };
}

/** A group that its broker no longer lists is gone, though its last sample is kept. */
function isStillThere(
  point: LagRow['point'],
  pictures: Awaited<ReturnType<Services['store']['pictures']>>,
  drawn: ReadonlySet<string>,
): boolean {
  const picture = pictures.find(({ broker }) => broker === point.broker);
  return picture === undefined || point.at > picture.at || drawn.has(inboxNode(point.broker, point.inbox));
}
