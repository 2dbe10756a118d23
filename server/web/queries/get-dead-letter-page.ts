import type { DeadLetterPage } from '@/lib/contract/dead-letters';
import { letterRow } from '@/lib/dead-letters/letter-row';
import type { TimeRange } from '../range';
import type { Services } from '../services';

/** Letters of one group (or of all), newest first, with what was done about each. Why each died is in its own detail. */
export async function getDeadLetterPage(
  { store }: Services,
  asked: { readonly range: TimeRange; readonly limit: number; readonly group?: string; readonly after?: string },
): Promise<DeadLetterPage> {
  const { range, limit, group, after } = asked;
  const page = await store.deadLetters({ range, limit, ...(group !== undefined && { group }), ...(after !== undefined && { after }) });
  const replays = await store.replaysOf(page.rows.map((row) => row.id));
  return { letters: page.rows.map((row) => letterRow(row, null, replays)), next: page.next, cut: page.cut };
}
