import type { TapName } from '@/lib/events/names';
import type { StoreClient } from './client';

/** Steps of the stored edge counts in seconds, each made of the one before, and how many days they are kept. */
export const TIERS = [
  { step: 10, keepDays: 3 },
  { step: 60, keepDays: 14 },
  { step: 600, keepDays: 90 },
] as const;

/** A step is complete once the newest stored event is this much later; a later straggler is counted again all the same. */
const SLACK_SECONDS = 5;

export interface EdgeTiers {
  /** Keeps the steps of this tap complete. `times`: µs of the batch that was just stored, null when it had no events. */
  afterBatch(tap: TapName, times: { readonly from: number; readonly to: number } | null): Promise<void>;
  forget(tap: TapName): void;
}

/**
 * The coarser counts. A tap has one writer, so its steps have one too: every 10 s of its events the writer computes the steps that are now
 * complete and then moves the mark up to which they hold (readers take what is newer from the batches' accounts). A batch with events older than the
 * mark (the store was away for a while) has its steps computed again before `append` returns. Values are absolute, a repetition replaces [S4].
 */
export function createEdgeTiers(client: StoreClient): EdgeTiers {
  const marks = new Map<TapName, Map<number, number>>();

  const marksOf = async (tap: TapName): Promise<Map<number, number>> => {
    const known = marks.get(tap);
    if (known !== undefined) return known;
    const rows = await client.rows<{ step: number; upTo: number }>(
      'SELECT step, max(upTo) AS upTo FROM edge_marks WHERE tap = {tap:String} GROUP BY step',
      { tap },
    );
    const read = new Map(rows.map((row) => [row.step, row.upTo]));
    marks.set(tap, read);
    return read;
  };

  return {
    async afterBatch(tap, times) {
      if (times === null) return;
      const mine = await marksOf(tap);
      const first = Math.floor(times.from / 1_000_000);
      const complete = Math.floor(times.to / 1_000_000) - SLACK_SECONDS;
      for (const [i, { step, keepDays }] of TIERS.entries()) {
        const mark = mine.get(step) ?? floorTo(first, 600);
        const below = TIERS[i - 1]?.step ?? null;
        const finer = below === null ? complete : (mine.get(below) ?? 0);
        const next = Math.max(mark, floorTo(finer, step));
        const from = Math.min(mark, floorTo(first, step));
        if (next === mark && (first >= mark || !mine.has(step))) continue;
        if (from < next) await computeStep(client, { tap, step, keepDays, from, to: next, finer: below });
        if (next > mark || !mine.has(step)) {
          await client.insert('edge_marks', [{ tap, step, upTo: next, version: Date.now() * 1000 }]);
          mine.set(step, next);
        }
      }
    },
    forget: (tap) => void marks.delete(tap),
  };
}

interface StepRequest {
  readonly tap: TapName;
  readonly step: number;
  readonly keepDays: number;
  /** Seconds, multiples of `step`; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** The step it is made of; null = the batches themselves. */
  readonly finer: number | null;
}

async function computeStep(client: StoreClient, { tap, step, keepDays, from, to, finer }: StepRequest): Promise<void> {
  const source =
    finer === null
      ? `SELECT e.bucket AS second, systems[1].broker AS broker, e.kind AS kind, e.source AS source, e.channel AS channel, e.inbox AS inbox, e.count AS n, e.failed AS bad, e.last AS newest
        FROM batch_summaries FINAL ARRAY JOIN edges AS e
        WHERE traceId = '' AND tap = {tap:String} AND batch_summaries.last >= {from:Int64} * 1000000 AND first < {to:Int64} * 1000000 AND e.bucket >= {from:Int64} AND e.bucket < {to:Int64}`
      : `SELECT bucket AS second, broker, kind, source, channel, inbox, count AS n, failed AS bad, last AS newest
        FROM edge_tiers FINAL WHERE step = ${finer} AND bucket >= {from:Int64} AND bucket < {to:Int64} AND tap = {tap:String}`;
  await client.run(
    `INSERT INTO edge_tiers (step, bucket, tap, broker, kind, source, channel, inbox, count, failed, last, version, keepDays)
    SELECT ${step}, toUInt32(intDiv(second, ${step}) * ${step}) AS start, {tap:String}, broker, kind, source, channel, inbox, sum(n), sum(bad), max(newest), {version:Int64}, ${keepDays}
    FROM (${source}) GROUP BY start, broker, kind, source, channel, inbox`,
    { tap, from, to, version: Date.now() * 1000 },
  );
}

const floorTo = (seconds: number, step: number): number => Math.floor(seconds / step) * step;
