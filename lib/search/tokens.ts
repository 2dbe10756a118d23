import type { Operator } from './query';

/** A piece of the line with its place, so that an error can point at it. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'operator' | '(' | ')' | 'and' | 'or' | 'not' | 'has' | 'end';
  readonly text: string;
  readonly at: number;
  readonly length: number;
  /** Stands right behind the piece before it, without a space. */
  readonly tight: boolean;
}

export interface SearchProblem {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

const WORDS: Readonly<Record<string, Token['kind']>> = { AND: 'and', OR: 'or', NOT: 'not' };
const OPERATORS: readonly Operator[] = ['!=', '>=', '<=', '=', '~', '>', '<'];

/** A word ends at a space, a bracket, a quote or an operator. `:` is an operator for those who are used to it, when a name stands before it. */
export function tokenise(line: string): readonly Token[] | SearchProblem {
  const tokens: Token[] = [];
  let at = 0;
  let tight = false;
  const push = (kind: Token['kind'], text: string, length: number): void => {
    tokens.push({ kind, text, at, length, tight });
    at += length;
    tight = true;
  };
  while (at < line.length) {
    const rest = line.slice(at);
    const space = /^\s+/.exec(rest)?.[0];
    if (space !== undefined) {
      at += space.length;
      tight = false;
      continue;
    }
    const char = rest[0] as string;
    if (char === '(' || char === ')') {
      push(char, char, 1);
      continue;
    }
    if (char === '"' || char === "'") {
      const quoted = readQuoted(rest);
      if (quoted === null) return { at, length: rest.length, text: 'this quote is not closed' };
      push('quoted', quoted.text, quoted.length);
      continue;
    }
    const operator = OPERATORS.find((sign) => rest.startsWith(sign));
    if (operator !== undefined) {
      push('operator', operator, operator.length);
      continue;
    }
    if (char === ':' && tight && tokens.at(-1)?.kind === 'word') {
      push('operator', '=', 1);
      continue;
    }
    if (char === '-' && !tight && /^-[^\s]/.test(rest)) {
      push('not', '-', 1);
      tight = false;
      continue;
    }
    const afterOperator = tight && tokens.at(-1)?.kind === 'operator';
    // A value may hold what a name may not: `trace:a:b`, `b.url=http://x?y=1`.
    const word = (afterOperator ? /^[^\s()"]+/ : /^[^\s()"=!~<>:]+|^[:!]/).exec(rest)?.[0] ?? char;
    const dotted = afterOperator ? null : readDotted(rest);
    if (dotted !== null) {
      push('word', dotted, dotted.length);
      continue;
    }
    const named = WORDS[word];
    if (named !== undefined && !afterOperator) push(named, word, word.length);
    else if (/^has$/i.test(word) && line[at + word.length] === '(') push('has', word, word.length);
    else push('word', word, word.length);
  }
  tokens.push({ kind: 'end', text: '', at: line.length, length: 0, tight: false });
  return tokens;
}

/** A field's name with parts in quotes, `h."x y"`, `b.a."b.c".d`, right before an operator. */
function readDotted(rest: string): string | null {
  const dotted = /^[^\s()"=!~<>:.]+(?:\.(?:"(?:[^"\\]|\\.)*"|[^\s()"=!~<>:.]*))+(?=[=!~<>:])/s.exec(rest)?.[0];
  return dotted !== undefined && dotted.includes('"') ? dotted : null;
}

/** A backslash takes the next character as it is. */
function readQuoted(rest: string): { readonly text: string; readonly length: number } | null {
  const quote = rest[0];
  let text = '';
  for (let i = 1; i < rest.length; i++) {
    if (rest[i] === '\\' && i + 1 < rest.length) text += rest[++i];
    else if (rest[i] === quote) return { text, length: i + 1 };
    else text += rest[i];
  }
  return null;
}
