import { partsOf, quote, writeName, writeParts } from './dotted-name';
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
  const dotted = name === null ? '' : `.${field === 'b' ? writeParts(partsOf(name)) : writeName(name)}`;
  return `${field}${dotted}${op}${wild || isPlain(value, true) ? value : quote(value)}`;
}

/** Needs no quotes. Behind an operator nearly everything but space, bracket and quote is a value. */
const isPlain = (value: string, behindOperator: boolean): boolean =>
  value !== '' &&
  !value.includes('*') &&
  (behindOperator
    ? /^[^\s()"'=!~<>:][^\s()"]*$/.test(value)
    : /^[^\s()"'=!~<>:-][^\s()"'=!~<>:]*$/.test(value) && !/^(AND|OR|NOT|has)$/i.test(value));

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

/** A line of plain words: perhaps an id with blanks in it. */
export function pastedWords(line: string): string | null {
  const parsed = parseQuery(line);
  const words = parsed.ok && parsed.query?.kind === 'and' ? parsed.query.parts : [];
  const arePlain = words.length > 1 && words.every((word) => word.kind === 'term' && word.field === 'any' && !word.wild);
  return arePlain && !/\bAND\b|[()]/.test(line) ? line.trim() : null;
}

/** A line that is one word and nothing else: perhaps an id that somebody pasted. */
export function pastedWord(line: string): string | null {
  const text = line.trim();
  const parsed = parseQuery(text);
  if (parsed.ok && parsed.query?.kind === 'term' && (parsed.query.field === 'any' || parsed.query.field === 'text') && !parsed.query.wild)
    return parsed.query.value;
  if (text === '' || /\s/.test(text) || text.length > 512) return null;
  // An id may hold what the grammar uses: `order:42`, `QUJD==`. A name with a sign and a value behind it is a condition, known or not.
  if (/^[A-Za-z][\w.-]*(?:!=|[=~<>])[^=]/.test(text)) return null;
  // A bracket, a quote or a sign to begin with, or a word of the grammar alone: a line that is not finished, and what is wrong is said.
  if (/^(?:[(="'~<>]|has\(|(?:AND|OR|NOT)$)/.test(text)) return null;
  return fieldNamed(/^[^.:=!~<>]*/.exec(text)?.[0] ?? '') === undefined ? text : null;
}
