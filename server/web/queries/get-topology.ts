import type { TopologyView } from '@/lib/contract/topology';
import type { BrokerName } from '@/lib/events/names';
import { whatNeedsALook } from '@/lib/topology/attention';
import { buildTopology } from '@/lib/topology/build-topology';
import { takenInWindow } from '@/lib/topology/taken-in-window';
import { lastMinutes, type TimeRange } from '../range';
import type { Services } from '../services';
import { getLag } from './get-lag';
import { getQueues } from './get-queues';

const PULSE_STEPS = 120;
const MOST_GAPS = 100;

/** Who talks to whom, what needs a look, and the last hour's pulse. */
export async function getTopology(services: Services, range: TimeRange, brokers?: ReadonlySet<BrokerName>): Promise<TopologyView> {
  const { store, settings, live, clock } = services;
  const now = clock();
  // The number first: whatever is announced after it comes by a frame.
  const seq = live.seq();
  const only = brokers?.size === 1 ? [...brokers][0] : undefined;
  const [pictures, seen, groups, queues, pulse, gaps, lag, depth, letters, sagas] = await Promise.all([
    store.pictures(),
    store.edges(range),
    store.allGroupSeries(range, 60),
    store.allQueueSeries(range, 60),
    store.volume(lastMinutes(now, 60), PULSE_STEPS, only),
    store.gaps(range, MOST_GAPS),
    getLag(services),
    getQueues(services),
    store.deadLetterGroups(range, 5),
    store.sagaCounts(),
  ]);
  const asked = <T extends { readonly broker: BrokerName }>(rows: readonly T[]) =>
    rows.filter(({ broker }) => brokers === undefined || brokers.has(broker));
  const { nodes, edges } = buildTopology({
    brokers: settings.brokers,
    pictures: asked(pictures),
    seen: asked(seen),
    serviceNames: settings.serviceNames,
    taken: takenInWindow(groups.values(), queues.values()),
  });
  const brokerOfTap = new Map(live.taps().map((tap) => [tap.tap, tap.broker]));
  const attention = whatNeedsALook({
    lag: lag.rows,
    queues: depth.rows,
    deadLetters: asked(letters.groups),
    stuckSagas: sagas.flatMap(({ definition, state, count }) => (state === 'stuck' ? [{ definition, count }] : [])),
    taps: live.taps(),
    gaps,
    collectorPresent: live.feed().collector === 'present',
    now,
    brokers,
  });
  return {
    at: now,
    seq,
    nodes,
    edges,
    attention,
    pulse,
    gaps: gaps.flatMap(({ at, tap, count, reason }) => asked([{ at, broker: brokerOfTap.get(tap) ?? (tap as string), count, reason }])),
  };
}
