import type { SearchNode, SearchTerm } from '@/lib/search/query';
import type { StoreClient } from '../client';
import { ANYTHING, DAY, TICK } from '../field-index/field-places';
import { hashOfText, NOT_INDEXED } from '../field-index/field-values';
import { fieldsIndexedSince } from '../field-index/index-fields';

/** A stretch of time, µs; `to` is not in it. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** With more than this many places a value is no help: the search looks at the events themselves, where it finds frequent values soon. */
const MOST_PLACES = 1_000;
const MOST_STRETCHES = 100;
/** Stretches this near are read as one. */
const NEAR = 1_000_000;

export interface FieldSearch {
  /** Where alone events that meet the search can be; null when the index cannot tell. */
  stretchesOf(node: SearchNode, range: Stretch): Promise<readonly Stretch[] | null>;
}

export function createFieldSearch(client: StoreClient): FieldSearch {
  return {
    async stretchesOf(node, range) {
      const hashes = valuesNeeded(node);
      if (hashes === null) return null;
      const whole = await fieldsIndexedSince(client);
      if (whole === null || range.to <= whole) return null;
      const places = await client.rows<{ day: number; first: number; last: number }>(
        `SELECT toUInt32(toUInt16(day)) AS day, first, last FROM field_places
        WHERE hash IN {hashes:Array(UInt32)} AND day >= toDate({fromDay:UInt16}) AND day <= toDate({toDay:UInt16})
          AND (toInt64(toUInt16(day)) * ${DAY / TICK} + last + 1) * ${TICK} > {from:Int64} AND (toInt64(toUInt16(day)) * ${DAY / TICK} + first) * ${TICK} < {to:Int64}
        LIMIT ${MOST_PLACES + 1}`,
        { hashes: [...hashes, ANYTHING], fromDay: dayOf(range.from), toDay: dayOf(range.to), from: range.from, to: range.to },
        { threads: 1 },
      );
      if (places.length > MOST_PLACES) return null;
      const found = places.map(({ day, first, last }) => ({ from: day * DAY + first * TICK, to: day * DAY + (last + 1) * TICK }));
      if (range.from < whole) found.push({ from: range.from, to: whole });
      const stretches = joined(found);
      return stretches.length > MOST_STRETCHES ? null : stretches;
    },
  };
}

const LAST_DAY = 0xffff;
const dayOf = (at: number): number => Math.max(0, Math.min(LAST_DAY, Math.floor(at / DAY)));

function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    const before = result.at(-1);
    if (before !== undefined && from <= before.to + NEAR) before.to = Math.max(before.to, to);
    else result.push({ from, to });
  }
  return result;
}

/** As a condition on a row of `events`. The numbers are the store's own. */
export function inStretches(stretches: readonly Stretch[]): string {
  if (stretches.length === 0) return '0';
  const at = (micros: number): string => `fromUnixTimestamp64Micro(${Math.trunc(micros)}, 'UTC')`;
  return `(${stretches.map(({ from, to }) => `(observedAt >= ${at(from)} AND observedAt < ${at(to)})`).join(' OR ')})`;
}

/** One of these values is in every event that meets the condition; null when no such set is known. */
export function valuesNeeded(node: SearchNode): readonly number[] | null {
  switch (node.kind) {
    case 'term': {
      const hash = hashOfTerm(node);
      return hash === NOT_INDEXED ? null : [hash];
    }
    case 'and':
      return node.parts.reduce<readonly number[] | null>((found, part) => found ?? valuesNeeded(part), null);
    case 'or': {
      const all = node.parts.map(valuesNeeded);
      return all.every((one) => one !== null) ? [...new Set(all.flat())] : null;
    }
    default:
      return null;
  }
}

function hashOfTerm({ field, op, value, wild, number }: SearchTerm): number {
  if ((field !== 'h' && field !== 'b') || op !== '=' || wild || number !== null) return NOT_INDEXED;
  // An AMQP integer is found by any way of writing it, and indexed by the usual one.
  if (field === 'h' && /^-?\d+$/.test(value) && String(Number(value)) !== value) return NOT_INDEXED;
  return hashOfText(value);
}
