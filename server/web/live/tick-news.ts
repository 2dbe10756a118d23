import type { Announcements } from '@/lib/contract/bus-messages';
import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';
import type { ReplayReport } from '@/lib/contract/dead-letters';
import type { EventRow } from '@/lib/contract/traces';
import type { TraceId } from '@/lib/events/names';
import type { SagaInstance } from '@/lib/sagas/saga';
import { inboxNode } from '@/lib/topology/node-ids';

interface TraceNews {
  readonly rows: EventRow[];
  readonly early: EventRow[];
  more: number;
}

/** Sample events of one frame; the rest is counted. */
export const MOST_ROWS = 200;

/**
 * What came since the last tick, bounded whatever came: rows up to the limit and a count, and the newest value of each thing (a saga, an
 * inbox). [V4] at most 200 rows a frame, the others are counted.
 */
export class TickNews {
  private rows: EventRow[] = [];
  private more = 0;
  private traces = new Map<TraceId, TraceNews>();
  private sagas = new Map<string, SagaInstance>();
  private groups = new Map<string, GroupPoint>();
  private queues = new Map<string, QueuePoint>();
  private letters = 0;
  private replays: ReplayReport[] = [];
  private tapsChanged = false;
  private anything = false;

  /** `open`: traces that somebody looks at; their rows are kept apart from the sample. */
  takeBatch(batch: Announcements['batch'], open: ReadonlySet<TraceId>): void {
    if (batch.events === 0) return;
    this.anything = true;
    const room = Math.max(0, MOST_ROWS - this.rows.length);
    this.rows.push(...batch.rows.slice(0, room));
    this.more += Math.max(0, batch.events - Math.min(room, batch.rows.length));
    this.letters += batch.deadLetters;
    const without = batch.events - batch.rows.length;
    if (without > 0) for (const id of open) if (!batch.followed.includes(id)) this.newsOf(id).more += without;
    for (const row of batch.rows) {
      if (row.traceId === null || !open.has(row.traceId)) continue;
      const news = this.newsOf(row.traceId);
      if (news.rows.length < MOST_ROWS) news.rows.push(row);
      else news.more++;
    }
  }

  /** What is on its way to the store. Nothing is lost with a row too many: it comes again, stored. */
  takeRead({ rows }: Announcements['read'], open: ReadonlySet<TraceId>): void {
    for (const row of rows) {
      if (row.traceId === null || !open.has(row.traceId)) continue;
      const { early } = this.newsOf(row.traceId);
      if (early.length >= MOST_ROWS) continue;
      early.push(row);
      this.anything = true;
    }
  }

  private newsOf(id: TraceId): TraceNews {
    const known = this.traces.get(id);
    if (known !== undefined) return known;
    const news: TraceNews = { rows: [], early: [], more: 0 };
    this.traces.set(id, news);
    return news;
  }

  takeSamples({ groups, queues }: Announcements['samples']): void {
    this.anything = true;
    for (const point of groups) this.groups.set(inboxNode(point.broker, point.inbox), point);
    for (const point of queues) this.queues.set(inboxNode(point.broker, point.inbox), point);
  }

  takeSagas({ changed }: Announcements['sagas']): void {
    this.anything = true;
    for (const saga of changed) this.sagas.set(`${saga.definition}\n${saga.key}`, saga);
  }

  takeReplay(report: Announcements['replay']): void {
    this.anything = true;
    this.replays.push(report);
  }

  takeTaps(): void {
    this.anything = true;
    this.tapsChanged = true;
  }

  hasAny(): boolean {
    return this.anything;
  }

  events(): { readonly rows: readonly EventRow[]; readonly more: number } | undefined {
    return this.rows.length + this.more > 0 ? { rows: this.rows, more: this.more } : undefined;
  }

  /** Of one trace. `more` is how many events of the tick came without a row and may be of this trace. */
  eventsOf(traceIds: ReadonlySet<TraceId>): { readonly rows: readonly EventRow[]; readonly more: number } | undefined {
    const news = [...traceIds].flatMap((id) => this.traces.get(id) ?? []);
    const rows = news.flatMap((one) => one.rows);
    const more = news.reduce((sum, one) => sum + one.more, 0);
    return rows.length + more > 0 ? { rows, more } : undefined;
  }

  earlyOf = (traceIds: ReadonlySet<TraceId>): readonly EventRow[] | undefined =>
    some([...traceIds].flatMap((id) => this.traces.get(id)?.early ?? []));

  sagasChanged = (): readonly SagaInstance[] | undefined => some([...this.sagas.values()]);
  groupsChanged = (): readonly GroupPoint[] | undefined => some([...this.groups.values()]);
  queuesChanged = (): readonly QueuePoint[] | undefined => some([...this.queues.values()]);
  deadLettersAdded = (): { readonly added: number } | undefined => (this.letters > 0 ? { added: this.letters } : undefined);
  /** One report a frame; another waits for the next tick. */
  firstReplay = (): ReplayReport | undefined => this.replays[0];
  otherReplays = (): readonly ReplayReport[] => this.replays.slice(1);
  haveTapsChanged = (): boolean => this.tapsChanged;
}

const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);
