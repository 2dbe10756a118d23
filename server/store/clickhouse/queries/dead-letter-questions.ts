import type { DeadLetterGroup, ReplayOutcome, ReplayRecord } from '@/lib/contract/dead-letters';
import type { BrokerSystem, EventId } from '@/lib/events/names';
import type { Store } from '../../store';
import type { StoreClient } from '../client';
import type { RawEventRow } from './event-row';
import { EVENT_ROW, readCursor, toEventRow, toPage } from './event-row';

type DeadLetterQuestions = Pick<
  Store,
  'deadLetterGroups' | 'deadLetters' | 'recordReplayIntent' | 'recordReplayOutcome' | 'replaysOf' | 'openIntents' | 'recordAudit'
>;

const SPARK_STEPS = 60;

export function deadLetterQuestions(client: StoreClient): DeadLetterQuestions {
  return {
    async deadLetterGroups(range, limit) {
      const step = Math.max(1, Math.ceil((range.to - range.from) / SPARK_STEPS));
      const rows = await client.rows<RawGroup>(
        `SELECT groupId, any(cause) AS cause, argMax(message, at) AS message, any(broker) AS broker, any(system) AS system, any(inbox) AS inbox, argMax(consumer, at) AS consumer,
          count() AS letters, min(at) AS first, max(at) AS last, sumMap([toUInt8(intDiv(at - {from:Int64}, {step:Int64}))], [1]) AS steps,
          count() OVER () AS groupCount, sum(count()) OVER () AS letterCount
        FROM dead_letters FINAL WHERE at >= {from:Int64} AND at < {to:Int64} GROUP BY groupId ORDER BY letters DESC, last DESC LIMIT {limit:UInt32}`,
        { from: Math.trunc(range.from), to: Math.trunc(range.to), step, limit },
      );
      const [first] = rows;
      const groups = rows.map(toGroup);
      const cut = first !== undefined && first.groupCount > groups.length;
      return { groups, total: first?.letterCount ?? 0, cut: cut ? { shown: groups.length, of: first.groupCount, why: 'row-limit' } : null };
    },

    async deadLetters({ group, range, limit, after }) {
      const cursor = readCursor(after);
      const letters = await client.rows<{ id: string; at: number }>(
        `SELECT id, at FROM dead_letters FINAL WHERE at >= {from:Int64} AND at < {to:Int64} ${group === undefined ? '' : 'AND groupId = {group:String}'}
          ${cursor === null ? '' : 'AND (at, id) < ({afterAt:Int64}, {afterId:String})'} ORDER BY at DESC, id DESC LIMIT {limit:UInt32}`,
        {
          from: Math.trunc(range.from),
          to: Math.trunc(range.to),
          limit: limit + 1,
          ...(group !== undefined && { group }),
          ...(cursor !== null && { afterAt: cursor.at, afterId: cursor.id }),
        },
      );
      const page = toPage(letters, limit, false, (row) => row);
      const [newest, oldest] = [page.rows[0], page.rows.at(-1)];
      if (newest === undefined || oldest === undefined) return { rows: [], next: null, cut: null };
      const rows = await client.rows<RawEventRow>(
        `SELECT ${EVENT_ROW} FROM events WHERE observedAt BETWEEN fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND fromUnixTimestamp64Micro({to:Int64}, 'UTC') AND deadLetter = 1
          AND id IN {ids:Array(String)} ORDER BY observedAt DESC, id DESC LIMIT 1 BY id`,
        { from: oldest.at, to: newest.at, ids: page.rows.map((row) => row.id) },
      );
      return { ...page, rows: rows.map(toEventRow) };
    },

    recordReplayIntent: ({ replayId, letter, broker, by, reason, target, at }) =>
      client.insert('replay_intents', [{ replayId, letter, broker, person: by, reason, target, at: Math.trunc(at) }]),
    recordReplayOutcome: (replayId, letter, outcome, detail, at) =>
      client.insert('replay_outcomes', [{ replayId, letter, outcome, detail, at: Math.trunc(at) }]),
    recordAudit: ({ at, by, action, subject, detail }) =>
      client.insert('audit', [{ at: Math.trunc(at), person: by, action, subject, detail }]),

    async replaysOf(letters) {
      if (letters.length === 0) return [];
      const rows = await client.rows<RawReplay>(
        `${REPLAYS} WHERE i.letter IN {letters:Array(String)} ORDER BY i.at, i.replayId LIMIT 10000`,
        { letters: letters.slice(0, 1_000) },
      );
      const replayIds = [...new Set(rows.map((row) => row.replayId))];
      const seen =
        replayIds.length === 0
          ? []
          : await client.rows<{ id: EventId; replayId: string; replayOf: string }>(
              `SELECT id, replayId, replayOf FROM events PREWHERE replayId IN {replayIds:Array(String)}
                WHERE observedAt >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') AND hasAny(ids, {replayIds:Array(String)}) AND deadLetter = 0 ORDER BY observedAt LIMIT 10000`,
              { replayIds, since: Math.min(...rows.map((row) => row.intendedAt)) - 3_600_000_000 },
            );
      const replayedAs = new Map(seen.toReversed().map((row) => [`${row.replayId}\n${row.replayOf}`, row.id]));
      return rows.map((row) => toReplay(row, replayedAs.get(`${row.replayId}\n${row.letter}`) ?? null));
    },

    async openIntents() {
      const rows = await client.rows<RawReplay>(`${REPLAYS} WHERE o.outcome = '' ORDER BY i.at, i.replayId LIMIT 10000`);
      return rows.map((row) => ({ ...toReplay(row, null), outcome: 'uncertain' as const }));
    },
  };
}

const REPLAYS = `SELECT i.replayId AS replayId, i.letter AS letter, i.person AS person, i.reason AS reason, i.at AS intendedAt, o.outcome AS outcome, o.at AS outcomeAt
  FROM (SELECT * FROM replay_intents FINAL) AS i LEFT JOIN (SELECT * FROM replay_outcomes FINAL) AS o ON i.replayId = o.replayId AND i.letter = o.letter`;

interface RawReplay {
  readonly replayId: string;
  readonly letter: EventId;
  readonly person: string;
  readonly reason: string;
  readonly intendedAt: number;
  readonly outcome: ReplayOutcome | '';
  readonly outcomeAt: number;
}

const toReplay = ({ person, outcome, outcomeAt, ...rest }: RawReplay, replayedAs: EventId | null): ReplayRecord => ({
  ...rest,
  by: person,
  outcome: outcome === '' ? null : outcome,
  outcomeAt: outcome === '' ? null : outcomeAt,
  replayedAs,
});

interface RawGroup {
  readonly groupId: string;
  readonly cause: string;
  readonly message: string;
  readonly broker: string;
  readonly system: BrokerSystem;
  readonly inbox: string;
  readonly consumer: string;
  readonly letters: number;
  readonly first: number;
  readonly last: number;
  readonly steps: readonly [slots: readonly number[], counts: readonly number[]];
  readonly groupCount: number;
  readonly letterCount: number;
}

function toGroup(raw: RawGroup): DeadLetterGroup {
  const spark = Array.from({ length: SPARK_STEPS }, () => 0);
  const [slots, counts] = raw.steps;
  slots.forEach((slot, i) => {
    if (slot < SPARK_STEPS) spark[slot] = counts[i] ?? 0;
  });
  return {
    id: raw.groupId,
    cause: raw.cause || 'unknown',
    message: raw.message || null,
    broker: raw.broker,
    system: raw.system,
    failedIn: raw.inbox || null,
    consumer: raw.consumer || null,
    count: raw.letters,
    first: raw.first,
    last: raw.last,
    spark,
  };
}
