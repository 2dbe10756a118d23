import type { EventConsumption, EventMark, EventParent, TraceStory } from '@/lib/contract/trace-story';
import type { EventId, InboxName } from '@/lib/events/names';

/** What was concluded about a trace, looked up by event: parts that were not computed answer nothing. */
export interface StoryLookup {
  parentOf(event: EventId): EventParent | null;
  consumptionOf(event: EventId, inbox: InboxName): EventConsumption | null;
  marksOf(event: EventId): readonly EventMark[];
}

export const noStory: StoryLookup = { parentOf: () => null, consumptionOf: () => null, marksOf: () => [] };

export function readStory(story: TraceStory | undefined): StoryLookup {
  if (story === undefined) return noStory;
  const parents = new Map(story.parents?.map((each) => [each.event, each]));
  const consumption = new Map(story.consumption?.map((each) => [`${each.event}\n${each.inbox}`, each]));
  const marks = new Map<EventId, EventMark[]>();
  for (const mark of story.marks ?? []) {
    const known = marks.get(mark.event);
    if (known) known.push(mark);
    else marks.set(mark.event, [mark]);
  }
  return {
    parentOf: (event) => parents.get(event) ?? null,
    consumptionOf: (event, inbox) => consumption.get(`${event}\n${inbox}`) ?? null,
    marksOf: (event) => marks.get(event) ?? [],
  };
}
