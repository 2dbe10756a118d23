import type { TraceStory } from '@/lib/contract/trace-story';
import type { EventDetail, EventRow, TraceView } from '@/lib/contract/traces';
import { markImported } from '@/lib/events/imported';
import { assembleTrace } from './assemble-trace';
import { markEvents } from './mark-events';
import { parentsOf } from './parents-of';
import type { KeptStory, TraceFile } from './write-trace-file';

/**
 * The trace of a file as a screen shows it. [TF3] Every id of an event is marked as imported, so that it never meets a stored one; ids that people
 * search for (trace, message, correlation) stay as they were.
 */
export function importedTrace({ traceId, events, details, story, leftOut }: TraceFile): {
  readonly trace: TraceView;
  readonly details: readonly EventDetail[];
  readonly leftOut: readonly string[];
} {
  const marked = (event: EventRow): EventRow => ({
    ...event,
    id: markImported(event.id),
    replayOf: event.replayOf === null ? null : markImported(event.replayOf),
  });
  const trace = assembleTrace(traceId, events.map(marked));
  return {
    trace: {
      ...trace,
      story: { parents: parentsOf(trace.nodes), ...importedStory(story), marks: importedMarks(story) ?? markEvents(trace.nodes) },
    },
    details: details.map((each) => ({ ...each, row: marked(each.row), deadLetters: each.deadLetters.map(markImported) })),
    leftOut,
  };
}

/** What was known then of who had consumed what: no broker is asked about somebody else's events. */
const importedStory = ({ consumption, flow }: KeptStory = {}): Pick<TraceStory, 'consumption' | 'flow'> => ({
  ...(consumption && { consumption: consumption.map((each) => ({ ...each, event: markImported(each.event) })) }),
  ...(flow && { flow }),
});

const importedMarks = (story: KeptStory | undefined): TraceStory['marks'] =>
  story?.marks?.map((mark) => ({ ...mark, event: markImported(mark.event), other: mark.other === null ? null : markImported(mark.other) }));
