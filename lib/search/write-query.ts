import { fieldNamed, type SearchNode, type SearchTerm } from './query';
import { parseQuery } from './parse-query';

/** The line that means this query. [Q4] Read again it is the same query. */
export function writeQuery(node: SearchNode | null): string {
  return node === null ? '' : write(node, 0);
}

/** How tightly what stands around binds: 0 nothing, 1 OR, 2 AND, 3 NOT. */
function write(node: SearchNode, around: number): string {
  switch (node.kind) {
    case 'term':
      return writeTerm(node);
    case 'not':
      return `NOT ${write(node.part, 3)}`;
    case 'has':
      return `has(${write(node.part, 0)})`;
    case 'or':
      return inBrackets(node.parts.map((part) => write(part, 1)).join(' OR '), around >= 1);
    case 'and':
      return inBrackets(node.parts.map((part) => write(part, 2)).join(' AND '), around >= 2);
  }
}

const inBrackets = (text: string, needed: boolean): string => (needed ? `(${text})` : text);

export function writeTerm({ field, name, op, value, wild }: SearchTerm): string {
  if (field === 'any') return wild || isPlain(value, false) ? value : quote(value);
  if (field === 'text' && op === '=' && !wild) return quote(value);
  return `${field}${name === null ? '' : `.${name}`}${op}${wild || isPlain(value, true) ? value : quote(value)}`;
}

/** Needs no quotes. Behind an operator nearly everything but space, bracket and quote is a value. */
const isPlain = (value: string, behindOperator: boolean): boolean =>
  value !== '' &&
  !value.includes('*') &&
  (behindOperator
    ? /^[^\s()"'=!~<>:][^\s()"]*$/.test(value)
    : /^[^\s()"'=!~<>:-][^\s()"'=!~<>:]*$/.test(value) && !/^(AND|OR|NOT|has)$/i.test(value));

const quote = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&')}"`;

export const term = (field: SearchTerm['field'], value: string, given: Partial<SearchTerm> = {}): SearchTerm => ({
  kind: 'term',
  field,
  name: null,
  op: '=',
  value,
  number: null,
  wild: false,
  ...given,
});

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

/** A line that is one word and nothing else: perhaps an id that somebody pasted. */
export function pastedWord(line: string): string | null {
  const text = line.trim();
  const parsed = parseQuery(text);
  if (parsed.ok && parsed.query?.kind === 'term' && (parsed.query.field === 'any' || parsed.query.field === 'text') && !parsed.query.wild)
    return parsed.query.value;
  // An id may hold what the grammar uses: `order:42`, `a=b`. It names no field of ours then.
  if (text === '' || /\s/.test(text) || text.length > 512) return null;
  return fieldNamed(/^[^.:=!~<>]*/.exec(text)?.[0] ?? '') === undefined ? text : null;
}
