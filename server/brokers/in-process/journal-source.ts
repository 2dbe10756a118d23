import type { ChannelName, Micros } from '@/lib/events/names';
import type { RawRecord } from '@/lib/events/observed-event';
import { matcherOf } from '@/lib/topology/name-pattern';
import type { TapGap, TapNote, TapOptions } from '../broker';
import type { InProcessEngine, JournalPosition } from './engine';
import type { JournalEntry } from './exchanges';
import { type SourceBatch, type TapSource, bodyWithin } from './in-process-tap';
import { numberProperty, sizeOf } from './message';

const notes: readonly TapNote[] = [
  {
    kind: 'not-readable',
    subject: 'default exchange',
    text: 'Messages sent straight to a queue go through the default exchange, which nobody can bind: their number and the depth are known, their content is not.',
  },
];

/**
 * Reads exchanges in the role `rabbitmq`: what a queue with the mirrored bindings would get, from the engine's journal. The position lives at the
 * engine under the tap's name, as a tap's queue and its position queue live at a real broker, and is decided at the start in the same way.
 */
export function openJournalSource(engine: InProcessEngine, options: TapOptions): TapSource {
  const [included, excluded] = [matcherOf(options.include), matcherOf(options.exclude)];
  const { journal } = engine.exchanges;
  const reads = ({ via }: JournalEntry): boolean => via.some((exchange) => included(exchange) && !excluded(exchange));
  const position = positionOf(engine, options, reads);
  const nowMicros = (): Micros => engine.clock.now() * 1000;

  function forgotten(): TapGap {
    const count = position.forgotten;
    const detail = 'the journal of the in-process broker is bounded; its oldest messages were gone before they were read';
    return { channel: null, partition: null, fromOffset: null, toOffset: null, count, reason: 'dropped-by-cap', detail, at: nowMicros() };
  }

  function toRecord({ message, queues }: JournalEntry): RawRecord {
    const seconds = numberProperty(message.headers, 'timestamp');
    return {
      channel: message.exchange,
      partition: null,
      offset: null,
      routingKey: message.routingKey,
      key: null,
      headers: message.headers,
      body: bodyWithin(message.body, options.maxBodyBytes),
      bodySize: message.body.length,
      publishedAt: seconds === null ? null : seconds * 1_000_000,
      publishedAtBy: seconds === null ? null : 'producer',
      observedAt: nowMicros(),
      inboxes: queues.map((inbox) => ({ inbox, evidence: 'declared' })),
    };
  }

  return {
    notes,
    channels: (): ChannelName[] => [...engine.exchanges.exchanges.keys()].filter((name) => included(name) && !excluded(name)).toSorted(),
    read(number, limit): SourceBatch | null {
      const records: RawRecord[] = [];
      const gaps: TapGap[] = [];
      if (position.cursor < journal.first) {
        if (position.forgotten !== 0) gaps.push(forgotten());
        position.cursor = journal.first;
      }
      position.forgotten = 0;
      for (let bytes = 0; records.length < limit.records; position.cursor += 1) {
        const entry = journal.at(position.cursor);
        if (entry === undefined) break;
        if (!reads(entry)) continue;
        const size = sizeOf(entry.message.headers, entry.message.body);
        if (bytes > 0 && bytes + size > limit.bytes) break;
        bytes += size;
        records.push(toRecord(entry));
      }
      if (records.length === 0 && gaps.length === 0) return null;
      position.given.set(number, position.cursor);
      return { records, gaps, offsets: new Map() };
    },
    settle(number) {
      const next = position.given.get(number);
      if (next === undefined) return;
      position.settled = number;
      position.next = next;
      for (const given of position.given.keys()) if (given <= number) position.given.delete(given);
    },
    close: () => undefined,
  };
}

/**
 * Where to begin. The store says which batch it has: if the engine knows where that batch ended (settled, or given before the crash), reading goes
 * on there. A tap the engine has never seen begins as it was asked; one whose engine is new begins with the journal, where all is unread.
 */
function positionOf(engine: InProcessEngine, options: TapOptions, reads: JournalPosition['reads']): JournalPosition {
  const { journal } = engine.exchanges;
  const known = engine.positions.get(options.tap);
  const { batch } = options.resume;
  const start =
    known === undefined
      ? batch === 0 && options.startAt === 'now'
        ? journal.end
        : journal.first
      : known.settled === batch
        ? known.next
        : (known.given.get(batch) ?? known.next);
  const position: JournalPosition = {
    settled: batch,
    next: start,
    given: new Map(),
    reads,
    cursor: start,
    // What was forgotten between two openings of the tap was counted by nobody.
    forgotten: start < journal.first ? null : 0,
  };
  engine.positions.set(options.tap, position);
  return position;
}
