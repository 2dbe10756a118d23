import type { TraceStory } from '@/lib/contract/trace-story';
import type { EventDetail, EventRow } from '@/lib/contract/traces';
import type { Micros } from '@/lib/events/names';

/** Causes are found anew from the events. */
export type KeptStory = Pick<TraceStory, 'consumption' | 'marks' | 'flow'>;

/** One trace as a file (docs/trace-file.md): its events, and what was read of each of them. */
export interface TraceFile {
  readonly format: 'eventyard.trace';
  readonly version: 1;
  /** µs since 1970. */
  readonly exportedAt: Micros;
  /** Where it was seen: the environment's name. */
  readonly environment: string;
  readonly traceId: string;
  readonly events: readonly EventRow[];
  /** Headers, bodies and the rest, for the first events. */
  readonly details: readonly EventDetail[];
  /** What was concluded when it was exported; absent in files that somebody else wrote. */
  readonly story?: KeptStory;
  /** Why it is not whole, in words; empty when it is. */
  readonly leftOut: readonly string[];
}

/** Apart from the reading: who writes a file needs no schema of it, and every page of a trace can. */
export const writeTraceFile = (given: Omit<TraceFile, 'format' | 'version'>): string =>
  `${JSON.stringify({ format: 'eventyard.trace', version: 1, ...given } satisfies TraceFile)}\n`;
