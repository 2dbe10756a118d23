import { partsOf, writeParts } from './dotted-name';
import { type FieldInfo, fieldNamed, FIELDS, type Operator, type SearchNode, type SearchTerm } from './query';
import { type SearchProblem, type Token, tokenise } from './tokens';

export type ParsedSearch =
  | { readonly ok: true; readonly query: SearchNode | null }
  | { readonly ok: false; readonly problem: SearchProblem };

/** More conditions than a person writes; the engine's question stays small. */
const MOST_TERMS = 40;
const DEEPEST = 20;
export const LONGEST_QUERY = 2_000;

/**
 * Reads a line of search (docs/search.md). [Q1] Never throws. [Q2] What is wrong is said with its place. [Q3] An empty line asks for everything.
 * `NOT` binds tightest, then `AND` (a space is an `AND`), then `OR`.
 */
export function parseQuery(line: string): ParsedSearch {
  if (line.length > LONGEST_QUERY)
    return wrong(LONGEST_QUERY, line.length - LONGEST_QUERY, `a search is at most ${LONGEST_QUERY} characters`);
  const tokens = tokenise(line);
  if (!Array.isArray(tokens)) return { ok: false, problem: tokens as SearchProblem };
  try {
    return { ok: true, query: new Parser(tokens as readonly Token[]).whole() };
  } catch (error) {
    if (error instanceof NotUnderstood) return { ok: false, problem: error.problem };
    throw error;
  }
}

const wrong = (at: number, length: number, text: string): ParsedSearch => ({ ok: false, problem: { at, length, text } });

class NotUnderstood extends Error {
  constructor(readonly problem: SearchProblem) {
    super(problem.text);
  }
}

class Parser {
  #next = 0;
  #terms = 0;
  #depth = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  whole(): SearchNode | null {
    if (this.#peek().kind === 'end') return null;
    const query = this.#either();
    const rest = this.#peek();
    if (rest.kind === ')') this.#refuse(rest, 'this bracket closes nothing');
    if (rest.kind !== 'end') this.#refuse(rest, 'not understood here');
    return query;
  }

  #either(): SearchNode {
    const parts = [this.#both()];
    while (this.#peek().kind === 'or') {
      this.#take();
      parts.push(this.#both());
    }
    return parts.length === 1 ? (parts[0] as SearchNode) : { kind: 'or', parts };
  }

  #both(): SearchNode {
    const parts = [this.#one()];
    for (;;) {
      const { kind } = this.#peek();
      if (kind === 'and') this.#take();
      else if (kind === 'end' || kind === 'or' || kind === ')') break;
      parts.push(this.#one());
    }
    return parts.length === 1 ? (parts[0] as SearchNode) : { kind: 'and', parts };
  }

  #one(): SearchNode {
    const token = this.#take();
    if (++this.#depth > DEEPEST * 4) this.#refuse(token, 'too deep');
    const node = this.#node(token);
    this.#depth--;
    return node;
  }

  #node(token: Token): SearchNode {
    switch (token.kind) {
      case 'not':
        return { kind: 'not', part: this.#one() };
      case '(':
        return this.#inside(token);
      case 'has': {
        const part = this.#inside(this.#take());
        return { kind: 'has', part };
      }
      case 'word':
      case 'quoted':
        return this.#term(token);
      case 'end':
        return this.#refuse(token, this.#next === 1 ? 'a condition is missing' : 'something is missing here');
      case 'operator':
        return this.#refuse(token, `a field is missing before ${token.text}`);
      default:
        return this.#refuse(token, `a condition is missing before ${token.text}`);
    }
  }

  #inside(open: Token): SearchNode {
    if (this.#peek().kind === ')') this.#refuse(this.#peek(), 'nothing stands in these brackets');
    const node = this.#either();
    if (this.#peek().kind !== ')') this.#refuse(open, 'this bracket is not closed');
    this.#take();
    return node;
  }

  #term(first: Token): SearchTerm {
    if (++this.#terms > MOST_TERMS) this.#refuse(first, `a search has at most ${MOST_TERMS} conditions`);
    const operator = this.#peek();
    if (operator.kind !== 'operator') {
      const quoted = first.kind === 'quoted';
      return {
        kind: 'term',
        field: quoted ? 'text' : 'any',
        name: null,
        op: '=',
        value: first.text,
        number: null,
        wild: !quoted && first.text.includes('*'),
      };
    }
    if (first.kind === 'quoted') this.#refuse(first, 'a field is not written in quotes');
    const dot = first.text.indexOf('.');
    const field = fieldNamed(dot < 0 ? first.text : first.text.slice(0, dot));
    if (field === undefined) this.#refuse(first, `no field is called ${first.text}; ${nearestTo(first.text)}`);
    const name = dot < 0 ? null : nameOf(field, first.text.slice(dot + 1));
    if (field.dotted === 'needed' && (name === null || name === '')) this.#refuse(first, `${field.name} needs a name: ${field.says}`);
    if (field.dotted === undefined && name !== null) this.#refuse(first, `${field.name} takes no name behind a dot`);
    this.#take();
    const value = this.#take();
    if (value.kind !== 'word' && value.kind !== 'quoted')
      this.#refuse(value.kind === 'end' ? operator : value, `a value is missing after ${operator.text}`);
    const op = operator.text as Operator;
    return {
      kind: 'term',
      field: field.name,
      name,
      op,
      value: value.text,
      number: this.#number(field, op, operator, value),
      wild: value.kind === 'word' && value.text.includes('*'),
    };
  }

  #number(field: FieldInfo, op: Operator, operator: Token, value: Token): number | null {
    const compares = op.startsWith('>') || op.startsWith('<');
    switch (field.kind) {
      case 'number':
      case 'duration': {
        if (op === '~') this.#refuse(operator, `${field.name} is a number: = != > >= < <=`);
        const number = field.kind === 'number' ? plainNumber(value.text) : microsOf(value.text);
        if (number === null) this.#refuse(value, field.kind === 'number' ? 'not a number' : 'not a duration: 250ms, 2s, 5m, 1h');
        return number;
      }
      case 'named': {
        if (!compares) return null;
        const number = plainNumber(value.text);
        if (number === null) this.#refuse(value, `${op} compares numbers`);
        return number;
      }
      case 'choice':
        if (op !== '=' && op !== '!=') this.#refuse(operator, `${field.name} takes = or !=`);
        if (!field.choices?.includes(value.text)) this.#refuse(value, `${field.name} is one of ${field.choices?.join(', ')}`);
        return null;
      default:
        if (compares) this.#refuse(operator, `${field.name} takes =, != or ~`);
        return null;
    }
  }

  #peek(): Token {
    return this.tokens[this.#next] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  #refuse(token: Token, text: string): never {
    throw new NotUnderstood({ at: token.at, length: Math.max(1, token.length), text });
  }
}

/** A path keeps its quotes: they tell a dot within a name from one between names. */
const nameOf = ({ name }: FieldInfo, text: string): string => (name === 'b' ? writeParts(partsOf(text)) : partsOf(text).join('.'));

const plainNumber = (text: string): number | null => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null);

const UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000, d: 86_400_000_000 };

function microsOf(text: string): number | null {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$/.exec(text) ?? [];
  return digits === undefined || unit === undefined ? null : Math.round(Number(digits) * (UNITS[unit] ?? 1));
}

function nearestTo(wanted: string): string {
  const start = wanted.slice(0, 2).toLowerCase();
  const near = FIELDS.filter((field) => [field.name, ...field.aliases].some((name) => name.startsWith(start))).map((field) => field.name);
  return near.length > 0 ? `perhaps ${near.slice(0, 3).join(', ')}` : 'a header is h.name, a body field b.path';
}
