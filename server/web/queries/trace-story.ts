import type { TraceStory } from '@/lib/contract/trace-story';
import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';
import type { TraceView } from '@/lib/contract/traces';
import { groupOfInbox, type BrokerName } from '@/lib/events/names';
import { habitsOf, type ChannelHabits } from '@/lib/traces/channel-habits';
import { consumptionOf, type InboxFacts } from '@/lib/traces/consumption';
import { markEvents } from '@/lib/traces/mark-events';
import { parentsOf } from '@/lib/traces/parents-of';
import type { Services } from '../services';

/** Beyond this a trace is read as a list: its inboxes are not asked for. */
const MOST_FOLLOWED = 2_000;
const MOST_CHANNELS = 8;
const HABITS_FROM = 900_000_000;
const BEFORE = 30_000_000;

/** What is concluded about a trace beside its tree: parents with their rule, who has consumed what, marks. */
export async function storyOf(services: Services, trace: TraceView): Promise<TraceStory> {
  const [habits, facts] = await Promise.all([habitsAround(services, trace), factsAround(services, trace)]);
  return {
    parents: parentsOf(trace.nodes),
    marks: markEvents(trace.nodes, habits),
    ...(facts && { consumption: consumptionOf(trace.nodes, facts) }),
  };
}

/** How the types of the trace's channels were written of late. */
async function habitsAround({ store }: Services, trace: TraceView): Promise<ChannelHabits> {
  const channels = [
    ...new Map(trace.nodes.map(({ event: { broker, channel } }) => [`${broker}\n${channel}`, { broker, channel }])).values(),
  ];
  return habitsOf(await store.formsOf(channels.slice(0, MOST_CHANNELS), { from: trace.last - HABITS_FROM, to: trace.last + 1 }));
}

async function factsAround({ store, clock }: Services, trace: TraceView): Promise<InboxFacts | null> {
  const events = trace.nodes.map(({ event }) => event);
  if (events.length > MOST_FOLLOWED) return null;
  const range = { from: events.reduce((least, { observedAt }) => Math.min(least, observedAt), clock()) - BEFORE, to: clock() };
  const brokers = [...new Set(events.map(({ broker }) => broker))];
  const [pictures, sampled] = await Promise.all([
    store.pictures(),
    Promise.all(
      brokers.map(async (broker) => {
        const mine = events.filter((event) => event.broker === broker);
        const topics = [...new Set(mine.flatMap(({ system, channel }) => (system === 'kafka' ? [channel] : [])))];
        const queues = [...new Set(mine.flatMap(({ inboxes }) => inboxes.map(({ inbox }) => inbox)))];
        return [broker, await store.samplesOf(broker, { topics, queues }, range)] as const;
      }),
    ),
  ]);
  const known = new Map(pictures.flatMap(({ broker, inboxes }) => inboxes.map((inbox) => [`${broker}\n${inbox.inbox}`, inbox] as const)));
  const ours = new Set([...known].flatMap(([name, inbox]) => (inbox.ours ? [name] : [])));
  const samples = new Map(sampled);
  const groups = groupsByTopic(samples, ours);
  const queues = queuesByName(samples);
  return {
    groupsOf: (broker, topic) => groups.get(`${broker}\n${topic}`) ?? new Map(),
    queueSamples: (broker, queue) => queues.get(`${broker}\n${queue}`) ?? [],
    isGone: (broker, inbox) => {
      const picture = pictures.find((one) => one.broker === broker);
      const last = groups
        .get(`${broker}\n${groupOfInbox(inbox).topic}`)
        ?.get(inbox)
        ?.at(-1);
      return picture !== undefined && last !== undefined && last.at < picture.at && !known.has(`${broker}\n${inbox}`);
    },
    isStream: (broker, queue) => known.get(`${broker}\n${queue}`)?.protocol === 'stream',
    servicesOf: (broker, inbox) => [...new Set(known.get(`${broker}\n${inbox}`)?.consumers.flatMap(({ service }) => service ?? []))],
  };
}

type Samples = ReadonlyMap<BrokerName, { readonly groups: readonly GroupPoint[]; readonly queues: readonly QueuePoint[] }>;

function groupsByTopic(samples: Samples, ours: ReadonlySet<string>): ReadonlyMap<string, Map<string, GroupPoint[]>> {
  const found = new Map<string, Map<string, GroupPoint[]>>();
  for (const [broker, { groups }] of samples)
    for (const point of groups) {
      if (ours.has(`${broker}\n${point.inbox}`)) continue;
      const topic = `${broker}\n${point.topic}`;
      const inboxes = found.get(topic) ?? new Map<string, GroupPoint[]>();
      found.set(topic, inboxes);
      const samplesSoFar = inboxes.get(point.inbox);
      if (samplesSoFar === undefined) inboxes.set(point.inbox, [point]);
      else samplesSoFar.push(point);
    }
  return found;
}

function queuesByName(samples: Samples): ReadonlyMap<string, readonly QueuePoint[]> {
  const found = new Map<string, QueuePoint[]>();
  for (const [broker, { queues }] of samples)
    for (const point of queues) {
      const key = `${broker}\n${point.inbox}`;
      const samplesSoFar = found.get(key);
      if (samplesSoFar === undefined) found.set(key, [point]);
      else samplesSoFar.push(point);
    }
  return found;
}
