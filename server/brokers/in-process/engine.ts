import { type EngineClock, systemClock } from './clock';
import { createClient, type EndableClient, type EngineSide, type InProcessClient } from './client';
import { Exchanges, type JournalEntry } from './exchanges';
import { Groups } from './groups';
import type { RingBounds } from './ring';
import { Topics } from './topics';
import { Transactions } from './transactions';

export interface EngineOptions {
  readonly clock?: EngineClock;
  /** What each partition keeps: 10,000 records, 16 MB. */
  readonly keep?: RingBounds;
  /** What is kept of routed publishes for taps: 50,000 messages, 64 MB. */
  readonly journal?: RingBounds;
  /** Bytes in all queues together (256 MB); a publish beyond it is refused. */
  readonly maxQueuedBytes?: number;
  /**
   * First offset of every partition (0). The engine forgets when its process ends; where a store outlives it, give a number that grows with every
   * start (milliseconds since 1970), so that an offset never means two records.
   */
  readonly firstOffset?: number;
  /** How long a crashed member of a group is missed before its partitions go to others (1,000 ms). */
  readonly sessionTimeoutMs?: number;
  /** A transaction that stays open so long is rolled back (60 s). */
  readonly transactionTimeoutMs?: number;
}

/** Where a tap of exchanges stands in the journal, kept at the "broker", as a tap's queue would. */
export interface JournalPosition {
  /** Newest settled batch. */
  settled: number;
  /** Journal number behind it. */
  next: number;
  /** Batches that were given and not settled yet: batch number → journal number behind it. */
  readonly given: Map<number, number>;
  /** Which entries belong to this tap. */
  reads: (entry: JournalEntry) => boolean;
  /** Journal number that is read next. */
  cursor: number;
  /** Entries of this tap that the journal forgot before they were read; null when it cannot be known any more. */
  forgotten: number | null;
}

/**
 * A broker inside the process, with both kinds of channel: partitioned logs with consumer groups, and exchanges with queues. It has the rules of
 * the real ones as far as applications and taps can tell, in bounded memory, and forgets everything with the process. For tests and the demo.
 */
export interface InProcessEngine {
  readonly clock: EngineClock;
  client(name: string): InProcessClient;
  clients(): readonly InProcessClient[];
  readonly topics: Topics;
  readonly groups: Groups;
  readonly exchanges: Exchanges;
  readonly positions: Map<string, JournalPosition>;
  /** Appends something to a topic that no reader can decode. */
  appendUndecodable(topic: string, partition?: number): void;
  /** Called after anything was written, and after an outage began or ended; the answer ends it. */
  onChange(listener: () => void): () => void;
  /** Plays an outage of the network: clients and taps are told this reason until it is null again; nothing is lost. */
  setDown(reason: string | null): void;
  /**
   * Stops one of both brokers, until `startBroker`: its connections end, what was not acknowledged goes back, open transactions are rolled
   * back, and what is not durable is gone.
   */
  stopBroker(side: EngineSide, reason: string): void;
  startBroker(side: EngineSide): void;
  /** Why this side (without one: either) can't be reached; null while it can. */
  down(side?: EngineSide): string | null;
}

export function createInProcessEngine(options: EngineOptions = {}): InProcessEngine {
  const clock = options.clock ?? systemClock;
  const listeners = new Set<() => void>();
  const clients = new Set<EndableClient>();
  const positions = new Map<string, JournalPosition>();
  let downReason: string | null = null;
  const stopped = new Map<EngineSide, string>();
  const down = (side?: EngineSide): string | null =>
    downReason ?? (side === undefined ? null : stopped.get(side)) ?? (side === undefined ? [...stopped.values()][0] : null) ?? null;
  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const topics: Topics = new Topics({
    clock,
    keep: options.keep ?? { records: 10_000, bytes: 16 * 1_048_576 },
    firstOffset: options.firstOffset ?? 0,
    onAppend: () => {
      groups.wakeAll();
      changed();
    },
    onTopics: () => {
      groups.topicsChanged();
      changed();
    },
  });
  const groups: Groups = new Groups(topics, clock, options.sessionTimeoutMs ?? 1000);
  const transactions = new Transactions(topics, groups, clock, options.transactionTimeoutMs ?? 60_000);
  const exchanges = new Exchanges({
    clock,
    journal: options.journal ?? { records: 50_000, bytes: 64 * 1_048_576 },
    maxQueuedBytes: options.maxQueuedBytes ?? 256 * 1_048_576,
    onJournal: changed,
    onForget(entry, number) {
      for (const position of positions.values())
        if (number >= position.cursor && position.forgotten !== null && position.reads(entry)) position.forgotten += 1;
    },
  });

  return {
    clock,
    topics,
    groups,
    exchanges,
    positions,
    client(name) {
      const client = createClient(name, {
        topics,
        groups,
        exchanges,
        transactions,
        down,
        after: (ms, call) => clock.after(ms, call),
        onGone: (gone) => clients.delete(gone),
      });
      clients.add(client);
      return client;
    },
    clients: () => [...clients],
    appendUndecodable: (topic, partition = 0) =>
      void topics.append({ topic, partition, key: null, headers: [], body: new Uint8Array(0) }, { undecodable: true }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setDown(reason) {
      downReason = reason;
      changed();
    },
    stopBroker(side, reason) {
      if (stopped.has(side)) return;
      stopped.set(side, reason);
      for (const client of Array.from(clients)) client.lose(side);
      if (side === 'queues') exchanges.restart();
      else {
        groups.endAll();
        transactions.abortAll();
      }
      changed();
    },
    startBroker(side) {
      if (!stopped.delete(side)) return;
      for (const client of Array.from(clients)) client.find(side);
      changed();
    },
    down,
  };
}
