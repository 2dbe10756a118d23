import type { SearchNode, SearchTerm } from '@/lib/search/query';
import { ANYTHING } from '../field-index/field-column';
import { hashOfText, NOT_INDEXED } from '../field-index/field-values';

/**
 * What the index over values asks of an event that meets the search: one of these numbers. null when it cannot tell. The numbers are the
 * store's own, so they may stand in the statement.
 */
export function fieldValuesCondition(node: SearchNode): string | null {
  const hashes = valuesNeeded(node);
  return hashes === null ? null : `hasAny(fieldValues, [${[ANYTHING, ...hashes].map((hash) => `toUInt32(${hash})`).join(', ')}])`;
}

/** One of these values is in every event that meets the condition; null when no such set is known. */
function valuesNeeded(node: SearchNode): readonly number[] | null {
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
