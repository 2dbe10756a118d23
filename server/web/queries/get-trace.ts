import type { Cut } from '@/lib/contract/common';
import type { EventRow, TraceView } from '@/lib/contract/traces';
import type { TraceId } from '@/lib/events/names';
import { assembleTrace } from '@/lib/traces/assemble-trace';
import { flowRef } from '@/lib/traces/flow-ref';
import { describeFlow, idsToAsk, isSharedId, joinFlow, type Joined } from '@/lib/traces/join-flow';
import type { Services } from '../services';
import { storyOf } from './trace-story';

const MOST_EVENTS = 10_000;
/** Flows are guesses: beyond this many events one reads a list, not a story. */
const MOST_JOINED = 2_000;
const MOST_ROUNDS = 4;
const MOST_IDS = 300;
const AROUND = 3_600_000_000;
const A_DAY = 24 * AROUND;

/**
 * The tree of one trace, with what is concluded about it; of a flow (`~id`) the same, out of all events that the id leads to. [T10] With `first`,
 * of a trace that is longer its first so many events alone, at once: nothing is concluded about them, and the cut says `first-part`.
 */
export async function getTrace(services: Services, traceId: TraceId, first: number | null = null): Promise<TraceView | 'not-found'> {
  const id = flowRef(traceId);
  if (id !== null) return getFlow(services, id);
  if (first === null || first >= MOST_EVENTS) return getTraceById(services, traceId);
  const found = await services.store.eventsOfTrace(traceId, first);
  return found.cut === null
    ? whole(services, traceId, found.events)
    : assembleTrace(traceId, found.events, { ...found.cut, why: 'first-part' });
}

async function getTraceById(services: Services, traceId: TraceId): Promise<TraceView | 'not-found'> {
  const { events, cut } = await services.store.eventsOfTrace(traceId, MOST_EVENTS);
  return whole(services, traceId, events, cut);
}

/** [J5] Events without a trace id that belong to it stand in it too, marked as inferred. */
async function whole(
  services: Services,
  traceId: TraceId,
  events: readonly EventRow[],
  cut: Cut | null = null,
): Promise<TraceView | 'not-found'> {
  if (events.length === 0) return 'not-found';
  const joined = cut === null ? await joinFrom(services, events, { loose: true, within: AROUND }) : null;
  const flow =
    joined === null || (joined.by.size === 0 && joined.shared.length === 0)
      ? undefined
      : describeFlow(joined, null, [traceId], joined.cappedAt);
  return view(services, traceId, joined?.events ?? events, cut, flow);
}

/** [J6] A trace id that is found on the way, and only one, names the whole flow. */
async function getFlow(services: Services, id: string): Promise<TraceView | 'not-found'> {
  const found = await services.store.findId(id, MOST_JOINED);
  if (found.length === 0) return 'not-found';
  const range = around(
    found.map(({ event }) => event),
    1,
  );
  const { events: seeds, cut } = await services.store.eventsCarrying({
    ids: found[0]?.field === 'trace id' ? [id.toLowerCase()] : [id],
    range,
    limit: MOST_JOINED,
  });
  // [J7] What very many share is a list of who shares it.
  if (isSharedId(id, seeds))
    return view(services, `~${id}`, seeds, null, describeFlow(joinFlow(seeds, []), id, [], cut === null ? null : seeds.length));
  const named = new Set(seeds.flatMap(({ traceId }) => traceId ?? []));
  const only = [...named][0];
  if (named.size === 1 && only !== undefined) return getTraceById(services, only);
  const joined = await joinFrom(services, seeds, { loose: false, within: A_DAY });
  const traceIds = [...new Set(joined.events.flatMap(({ traceId }) => traceId ?? []))];
  if (traceIds.length === 1 && traceIds[0] !== undefined) return getTraceById(services, traceIds[0]);
  const by = joined.by.size > 0 ? joined : joinFlow(seeds.slice(0, 1), seeds);
  return view(services, `~${id}`, joined.events, null, describeFlow({ ...by, shared: joined.shared }, id, traceIds, joined.cappedAt));
}

/** [J4] Asks for what carries an id of what is there, until nothing new comes or a limit is reached. */
async function joinFrom(
  { store }: Services,
  seeds: readonly EventRow[],
  { loose, within }: { readonly loose: boolean; readonly within: number },
): Promise<Joined & { readonly cappedAt: number | null }> {
  const range = around(seeds, within);
  const asked = new Set<string>();
  const candidates = new Map<string, EventRow>();
  let joined = joinFlow(seeds, []);
  let capped = false;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const ids = idsToAsk(joined, MOST_IDS * (round + 1)).filter((one) => !asked.has(one));
    if (ids.length === 0) break;
    const next = ids.slice(0, MOST_IDS);
    for (const one of next) asked.add(one);
    const before = joined.events.length;
    const ask = async (some: readonly string[]): Promise<void> => {
      const found = await store.eventsCarrying({ ids: some, range, limit: MOST_JOINED, loose });
      for (const event of found.events) candidates.set(event.id, event);
      joined = joinFlow(seeds, [...candidates.values()]);
      capped = found.cut !== null;
    };
    await ask(next);
    // [J7] What very many share took the place of the rest: the rest once more, without it.
    const shared = new Set(joined.shared.map(({ value }) => value));
    const rest = next.filter((one) => !shared.has(one));
    if (capped && rest.length < next.length) {
      capped = false;
      if (rest.length > 0) await ask(rest);
    }
    capped ||= joined.events.length > MOST_EVENTS;
    if (capped || joined.events.length === before) break;
  }
  // Rounds or ids that ran out are a limit as well: what they would have found is not known.
  const isMore = idsToAsk(joined, asked.size + 1).some((one) => !asked.has(one));
  return { ...joined, cappedAt: capped || isMore ? joined.events.length : null };
}

function around(events: readonly EventRow[], within: number): { readonly from: number; readonly to: number } {
  const moments = events.map(({ observedAt }) => observedAt);
  return { from: moments.reduce((a, b) => Math.min(a, b), Infinity) - within, to: moments.reduce((a, b) => Math.max(a, b), 0) + within };
}

async function view(
  services: Services,
  traceId: TraceId,
  events: readonly EventRow[],
  cut: Cut | null,
  flow: NonNullable<TraceView['story']>['flow'],
): Promise<TraceView> {
  const trace = assembleTrace(traceId, events, cut);
  return { ...trace, story: { ...(await storyOf(services, trace)), ...(flow && { flow }) } };
}
