import type { BrokerName, ChannelName, Micros } from '@/lib/events/names';
import type { BatchAnnouncement, EdgeCount } from '@/lib/contract/bus-messages';
import type { EdgeId, NodeId, TopologyEdge, TopologyRates } from '@/lib/contract/topology';
import { edgeKey } from './edges';
import { channelNode, edgeId, inboxNode, serviceNode, unknownProducerNode } from './node-ids';

/** Rates are over the last ten seconds, in steps of one. */
const WINDOW: Micros = 10e6;
const STEP: Micros = 1e6;

interface Counter {
  readonly broker: BrokerName;
  readonly edge: Pick<EdgeCount, 'kind' | 'source' | 'channel' | 'inbox'>;
  /** Step → events; at most eleven. */
  readonly steps: Map<number, { count: number; failed: number }>;
}

export interface EdgeRate {
  readonly broker: BrokerName;
  readonly edge: Counter['edge'];
  readonly rate: number;
  readonly failedRate: number;
}

/**
 * Counts what batches announce into a sliding window and gives absolute rates (docs/spec/topology.md [TP20]): a number of this moment, so a
 * frame may be skipped but never misread. Memory is bounded by the routes that were used in the last ten seconds [TP21].
 */
export function createEdgeRates(startedAt: Micros): {
  add(batch: Pick<BatchAnnouncement, 'broker' | 'edges'>, now: Micros): void;
  read(now: Micros): readonly EdgeRate[];
} {
  const counters = new Map<string, Counter>();
  const stepOf = (at: Micros) => Math.floor(at / STEP);
  const forget = (now: Micros) => {
    const oldest = stepOf(now - WINDOW);
    for (const [key, counter] of counters) {
      for (const step of counter.steps.keys()) if (step <= oldest) counter.steps.delete(step);
      if (counter.steps.size === 0) counters.delete(key);
    }
  };
  return {
    add({ broker, edges }, now) {
      const step = stepOf(now);
      for (const { kind, source, channel, inbox, count, failed } of edges) {
        const key = edgeKey(broker, kind, source, channel, inbox);
        let counter = counters.get(key);
        if (!counter) counters.set(key, (counter = { broker, edge: { kind, source, channel, inbox }, steps: new Map() }));
        const sum = counter.steps.get(step);
        if (sum) {
          sum.count += count;
          sum.failed += failed;
        } else {
          counter.steps.set(step, { count, failed });
          if (counter.steps.size > 12) forget(now);
        }
      }
    },
    read(now) {
      forget(now);
      // A web half that is younger than the window has counted for less than it.
      const seconds = Math.max(1, Math.min(WINDOW, now - startedAt) / 1e6);
      return [...counters.values()].map(({ broker, edge, steps }) => {
        let [count, failed] = [0, 0];
        for (const step of steps.values()) {
          count += step.count;
          failed += step.failed;
        }
        return { broker, edge, rate: count / seconds, failedRate: failed / seconds };
      });
    },
  };
}

/** What an inbox says besides: what waits, how loud, and how many are taken per second (`null` = nobody counts). */
export interface InboxNow {
  readonly waiting: number | null;
  readonly verdict: string;
  readonly text: string;
  readonly level: 'ok' | 'warn' | 'bad' | 'off';
  readonly takenPerSecond: number | null;
}

/**
 * The rates of a picture's edges. Publish, route and dead-letter by what was announced; a Kafka route by its topic's rate (every group gets
 * all); consume by the inbox's own counters, unsplit when several services share it. Error share [TP22]: dead letters out of the inbox ÷
 * (taken + dead letters). Edges of the announcements that the picture does not have yet are given all the same.
 */
export function topologyRates(
  picture: readonly TopologyEdge[],
  counted: readonly EdgeRate[],
  inboxes: ReadonlyMap<NodeId, InboxNow>,
): TopologyRates {
  const edges = new Map<EdgeId, { rate: number; errorShare: number }>();
  const written = new Map<NodeId, number>();
  const died = new Map<NodeId, number>();
  const add = (id: EdgeId, rate: number, failed: number) => {
    const before = edges.get(id) ?? { rate: 0, errorShare: 0 };
    const sum = before.rate + rate;
    edges.set(id, { rate: sum, errorShare: sum === 0 ? 0 : (before.errorShare * before.rate + failed) / sum });
  };
  for (const { broker, edge, rate, failedRate } of counted) {
    const channel = channelNode(broker, edge.channel);
    if (edge.kind !== 'route') written.set(channel, (written.get(channel) ?? 0) + rate);
    if (edge.kind === 'dead-letter' && edge.inbox !== null)
      died.set(inboxNode(broker, edge.inbox), (died.get(inboxNode(broker, edge.inbox)) ?? 0) + rate);
    add(idOfCounted(broker, edge, picture), rate, failedRate);
  }
  for (const edge of picture) {
    if (edge.kind === 'route' && edge.system === 'kafka' && !edges.has(edge.id)) {
      const rate = written.get(edge.from) ?? 0;
      if (rate > 0) edges.set(edge.id, { rate, errorShare: 0 });
    }
    if (edge.kind !== 'consume') continue;
    const taken = inboxes.get(edge.from)?.takenPerSecond ?? null;
    const dead = died.get(edge.from) ?? 0;
    if (taken !== null && taken + dead > 0) edges.set(edge.id, { rate: taken, errorShare: dead / (taken + dead) });
  }
  return {
    edges: Object.fromEntries(edges),
    inboxes: Object.fromEntries([...inboxes].map(([id, { waiting, verdict, text, level }]) => [id, { waiting, verdict, text, level }])),
  };
}

function idOfCounted(broker: BrokerName, { kind, source, channel, inbox }: EdgeRate['edge'], picture: readonly TopologyEdge[]): EdgeId {
  const to = channelNode(broker, channel);
  if (kind === 'route') return edgeId('route', to, inboxNode(broker, inbox ?? ''));
  if (kind === 'publish') return edgeId('publish', producerNode(broker, source, channel), to);
  if (inbox !== null) return edgeId('dead-letter', inboxNode(broker, inbox), to);
  // The picture may have found the one inbox whose letters go there.
  const drawn = picture.filter((edge) => edge.kind === 'dead-letter' && edge.to === to);
  return drawn.length === 1 && drawn[0] ? drawn[0].id : edgeId('dead-letter', unknownProducerNode(broker, channel), to);
}

const producerNode = (broker: BrokerName, source: string | null, channel: ChannelName): NodeId =>
  source === null ? unknownProducerNode(broker, channel) : serviceNode(source);
