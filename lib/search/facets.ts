import { parseQuery } from './parse-query';
import type { FieldName, SearchNode, SearchTerm } from './query';
import { writeQuery } from './write-query';

const same = (a: SearchTerm, b: SearchTerm): boolean => a.field === b.field && a.name === b.name && a.op === b.op && a.value === b.value;

/**
 * The line with a facet's condition added, or taken out where it stands. Values of one field are alternatives, fields narrow. A line that is not
 * understood stays as it is.
 */
export function toggleTerm(line: string, facet: SearchTerm): string {
  const parsed = parseQuery(line);
  if (!parsed.ok) return line;
  const parts = parsed.query === null ? [] : parsed.query.kind === 'and' ? parsed.query.parts : [parsed.query];
  const alternatives = parts.findIndex(
    (part) => choicesOf(part)?.every((one) => one.field === facet.field && one.name === facet.name && one.op === '=') === true,
  );
  const had = choicesOf(parts[alternatives]) ?? [];
  const choices = had.some((one) => same(one, facet)) ? had.filter((one) => !same(one, facet)) : [...had, facet];
  const changed: SearchNode | null =
    choices.length === 0 ? null : choices.length === 1 ? (choices[0] as SearchTerm) : { kind: 'or', parts: choices };
  const next = alternatives < 0 ? [...parts, changed] : parts.map((part, index) => (index === alternatives ? changed : part));
  const left = next.filter((part) => part !== null);
  return writeQuery(left.length === 0 ? null : left.length === 1 ? (left[0] as SearchNode) : { kind: 'and', parts: left });
}

/** The line with one more condition that narrows it. A line that is not understood stays as it is. */
export function addTerm(line: string, added: SearchTerm): string {
  const parsed = parseQuery(line);
  if (!parsed.ok) return line;
  const parts = parsed.query === null ? [] : parsed.query.kind === 'and' ? parsed.query.parts : [parsed.query];
  return writeQuery(parts.length === 0 ? added : { kind: 'and', parts: [...parts, added] });
}

/** Whether the line holds this facet's condition for every event it finds. */
export function hasTerm(line: string, facet: SearchTerm): boolean {
  const parsed = parseQuery(line);
  if (!parsed.ok || parsed.query === null) return false;
  const parts = parsed.query.kind === 'and' ? parsed.query.parts : [parsed.query];
  return parts.some((part) => choicesOf(part)?.some((one) => same(one, facet)) === true);
}

/** A condition, or alternatives of plain conditions. */
function choicesOf(node: SearchNode | undefined): readonly SearchTerm[] | null {
  if (node?.kind === 'term') return [node];
  if (node?.kind === 'or' && node.parts.every((part) => part.kind === 'term')) return node.parts as readonly SearchTerm[];
  return null;
}

/** The query without what it says plainly of one field: what else could be chosen there. */
export function withoutField(node: SearchNode | null, field: FieldName): SearchNode | null {
  const parts = node === null ? [] : node.kind === 'and' ? node.parts : [node];
  const left = parts.filter((part) => choicesOf(part)?.every((one) => one.field === field && one.op === '=') !== true);
  return left.length === 0 ? null : left.length === 1 ? (left[0] as SearchNode) : { kind: 'and', parts: left };
}

/** The values that a line chooses plainly of one field. */
export function chosenOf(line: string, field: FieldName): readonly string[] {
  const parsed = parseQuery(line);
  if (!parsed.ok || parsed.query === null) return [];
  const parts = parsed.query.kind === 'and' ? parsed.query.parts : [parsed.query];
  return parts
    .flatMap((part) => choicesOf(part) ?? [])
    .filter((one) => one.field === field && one.op === '=')
    .map(({ value }) => value);
}
