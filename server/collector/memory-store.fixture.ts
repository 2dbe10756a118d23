import { AppError } from '@/lib/errors';
import type { ReplayRecord } from '@/lib/contract/dead-letters';
import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';
import { toEventRow } from '@/lib/events/event-row';
import type { EventId, TapName } from '@/lib/events/names';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { SagaInstance, SagaState } from '@/lib/sagas/saga';
import type { BrokerPicture } from '@/lib/topology/broker-picture';
import type { AuditEntry, StoredBatch, Store } from '../store/store';

/**
 * A store in memory for tests of the collector: keeps the promises the collector builds on (whole batches once, epochs fence, positions), can be
 * stalled, made to fail, and asked what it has. What the collector never asks is empty.
 */
export class MemoryStore implements Store {
  readonly kind = 'embedded';
  readonly batches: StoredBatch[] = [];
  readonly audits: AuditEntry[] = [];
  readonly replays: ReplayRecord[] = [];
  readonly sagasSaved: SagaInstance[] = [];
  readonly groups: GroupPoint[] = [];
  readonly queues: QueuePoint[] = [];
  readonly picturesSaved: BrokerPicture[] = [];
  /** Called before each append; may wait or throw. */
  beforeAppend: (batch: StoredBatch) => Promise<void> | void = () => undefined;
  /** Called before each intent and outcome row; may throw. */
  beforeRecord: (what: 'intent' | 'outcome') => void = () => undefined;
  private readonly epochs = new Map<TapName, number>();

  get events(): readonly ObservedEvent[] {
    return this.batches.flatMap((batch) => batch.events);
  }

  ready = async () => ({ ready: true, detail: 'in memory' });

  async acquireLease(tap: TapName) {
    const epoch = (this.epochs.get(tap) ?? 0) + 1;
    this.epochs.set(tap, epoch);
    return { epoch };
  }

  /** How long ago the holder of a tap was heard of, ms. */
  silence: number | null = 0;
  renewLease = async (tap: TapName, epoch: number) => this.epochs.get(tap) === epoch;
  leaseSilence = async () => this.silence;

  async tapPosition(tap: TapName) {
    const own = this.batches.filter((batch) => batch.tap === tap);
    const newest = own.at(-1);
    const offsets = new Map<string, Map<number, number>>();
    for (const batch of own) {
      for (const [channel, partitions] of batch.offsets) {
        const known = offsets.get(channel) ?? new Map<number, number>();
        for (const [partition, offset] of partitions) known.set(partition, offset);
        offsets.set(channel, known);
      }
    }
    return { batch: newest?.number ?? 0, batchSize: newest?.events.length ?? 0, offsets };
  }

  async append(batch: StoredBatch) {
    await this.beforeAppend(batch);
    if (batch.epoch !== this.epochs.get(batch.tap)) throw new AppError('store-fenced', 'another writer has this tap');
    if (this.batches.some(({ tap, number }) => tap === batch.tap && number === batch.number)) return;
    this.batches.push(batch);
  }

  savePicture = async (picture: BrokerPicture) => void this.picturesSaved.push(picture);
  saveSamples = async (groups: readonly GroupPoint[], queues: readonly QueuePoint[]) => {
    this.groups.push(...groups);
    this.queues.push(...queues);
  };
  saveSagas = async (instances: readonly SagaInstance[]) => void this.sagasSaved.push(...instances);

  async recordReplayIntent({
    replayId,
    letter,
    by,
    reason,
    at,
  }: {
    replayId: string;
    letter: EventId;
    by: string;
    reason: string;
    at: number;
  }) {
    this.beforeRecord('intent');
    this.replays.push({ replayId, letter, by, reason, intendedAt: at, outcome: null, outcomeAt: null, replayedAs: null });
  }

  async recordReplayOutcome(replayId: string, letter: EventId, outcome: NonNullable<ReplayRecord['outcome']>, _detail: string, at: number) {
    this.beforeRecord('outcome');
    const index = this.replays.findIndex((replay) => replay.replayId === replayId && replay.letter === letter);
    this.replays[index] = { ...(this.replays[index] as ReplayRecord), outcome, outcomeAt: at };
  }

  recordAudit = async (entry: AuditEntry) => void this.audits.push(entry);
  event = async (id: EventId) => this.events.find((event) => event.id === id) ?? null;
  eventRows = async (ids: readonly EventId[]) => this.events.filter(({ id }) => ids.includes(id)).map(toEventRow);
  eventsOfTypes = async (types: readonly string[], since: number, limit: number) =>
    this.events
      .filter(({ type, observedAt }) => type !== null && types.includes(type) && observedAt >= since)
      .slice(0, limit)
      .map(toEventRow);
  findId = async (id: string) =>
    this.events
      .filter((event) => [event.sagaId, event.correlationId, event.traceId, ...event.businessKeys.map(({ value }) => value)].includes(id))
      .map((event) => ({ field: 'id', event: toEventRow(event) }));
  async recentEvents({ businessKey, range, limit }: { businessKey?: string; range: { from: number; to: number }; limit: number }) {
    const rows = this.events
      .filter((event) => event.observedAt >= range.from && event.observedAt <= range.to)
      .filter((event) => businessKey === undefined || event.businessKeys.some(({ value }) => value === businessKey))
      .map(toEventRow)
      .reverse();
    return { rows: rows.slice(0, limit), next: null, cut: null };
  }
  replaysOf = async (letters: readonly EventId[]) => this.replays.filter(({ letter }) => letters.includes(letter));
  openIntents = async () => this.replays.filter(({ outcome }) => outcome === null);
  saga = async (definition: string, key: string) =>
    this.sagasSaved.findLast((saga) => saga.definition === definition && saga.key === key) ?? null;
  async sagas({ definition, states }: { definition?: string; states?: readonly SagaState[] }) {
    const newest = new Map(this.sagasSaved.map((saga) => [`${saga.definition}\n${saga.key}`, saga]));
    const instances = [...newest.values()].filter(
      (saga) => (definition ?? saga.definition) === saga.definition && (states?.includes(saga.state) ?? true),
    );
    return { instances, cut: null };
  }
  pictures = async () => this.picturesSaved.slice(-1);
  gaps = async () => [];
  search = async ({ range }: { range: { from: number; to: number } }) => ({ rows: [], next: null, cut: null, searched: range });
  searchVolume = async () => [];
  searchFacet = async () => [];
  eventsCarrying = async () => ({ events: [], cut: null });
  samplesOf = async () => ({ groups: [], queues: [] });
  eventsOfTrace = async () => ({ events: [], cut: null });
  edges = async () => [];
  edgeSeries = async () => ({ name: '', unit: '', points: [] });
  volume = async () => [];
  typesOf = async () => [];
  formsOf = async () => [];
  latestSamples = async () => ({ groups: this.groups, queues: this.queues });
  groupSeries = async () => [];
  queueSeries = async () => [];
  allGroupSeries = async () => new Map();
  allQueueSeries = async () => new Map();
  sagaCounts = async () => [];
  deadLetterGroups = async () => ({ groups: [], total: 0, cut: null });
  deadLetters = async () => ({ rows: this.events.filter(({ deadLetter }) => deadLetter).map(toEventRow), next: null, cut: null });
  names = async () => ({ services: [], channels: [] });
  size = async () => ({ events: this.events.length, bytes: 0 });
  close = async () => undefined;
}
