import type { ReplayReport } from '@/lib/contract/dead-letters';
import type { EventId } from '@/lib/events/names';
import type { Services } from '../services';
import { LOCAL_PERSON } from './person';

/** Publishing waits for confirms, and each letter for the one before it. */
const PATIENCE_MS = 120_000;

/** Sends letters again: the collector writes the intent, publishes, takes and records; the answer says what became of each. */
export async function replay(
  { bus, log }: Services,
  request: { readonly letters: readonly EventId[]; readonly way?: 'inbox' | 'channel'; readonly reason: string },
): Promise<ReplayReport> {
  const by = LOCAL_PERSON.id;
  const report = await bus.ask('replay', { ...request, by }, { timeoutMs: PATIENCE_MS });
  log.info({ replayId: report.replayId, letters: request.letters.length, by, refused: report.refused }, 'replay');
  return report;
}
