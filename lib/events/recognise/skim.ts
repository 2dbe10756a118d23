type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A JSON object read in place, without making what nobody asks for: one pass over the bytes that checks all of it and notes where the members
 * of the object and of the objects directly in it stand. A text is made when somebody takes it. `JSON.parse` of a body of 600 bytes makes fifty
 * values and their garbage, of which recognition takes three.
 *
 * [G67] It says only what `JSON.parse` would say (skim.test.ts compares them). Where that needs more care than it is worth — letters beyond ASCII,
 * a name twice, names with escapes, very many members, deep nesting, anything that is no JSON — `scan` answers false, and the body is parsed.
 * One is used for body after body: what it knows is of the last one.
 */
export const TEXT = 1;
/** With escapes in it. */
export const ESCAPED = 2;
export const NUMBER = 3;
export const OBJECT = 4;
export const LIST = 5;
export const NULL = 6;
const LITERAL = 7;

/** Text of ASCII bytes. Given by the server, which has a quicker one. */
export type Latin1 = (bytes: Uint8Array, from: number, to: number) => string;

const MOST_MEMBERS = 512;
const MOST_DEPTH = 64;
const SLOTS = 4096;
const MOST_NAMES = 2048;
const LONGEST_NAME = 64;

/** Bytes that stand for themselves in a text. Loops over them look at the end first: one read beyond it makes each later one five times as slow. */
const PLAIN = new Uint8Array(256);
for (let byte = 32; byte < 127; byte++) PLAIN[byte] = byte === 34 || byte === 92 ? 0 : 1;

interface Name {
  readonly hash: number;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** The object in which it was last seen, of the outer and of the inner ones: a name twice is nothing for us. */
  outer: number;
  inner: number;
}

export class Skim {
  /** What `parseBody` answers with; one and the same for all. */
  readonly body = { object: null, skim: this, text: null, problem: null, schemaId: null };
  count = 0;
  bytes: Uint8Array = new Uint8Array(0);
  readonly names: string[] = [];
  readonly kinds = new Uint8Array(MOST_MEMBERS);
  readonly from = new Int32Array(MOST_MEMBERS);
  readonly to = new Int32Array(MOST_MEMBERS);
  /** Behind an entry and its members. */
  readonly next = new Int32Array(MOST_MEMBERS);
  private readonly slots: (Name | undefined)[] = Array.from({ length: SLOTS });
  private known = 0;
  private objects = 0;
  private readonly inList = new Uint8Array(MOST_DEPTH);
  private escaped = false;
  private made: JsonObject | null = null;

  constructor(private readonly latin1: Latin1 = slowLatin1) {}

  /** `bytes[at]` is the opening brace. */
  scan(bytes: Uint8Array, at: number): boolean {
    this.bytes = bytes;
    this.count = 0;
    this.made = null;
    let end = this.members(bytes, at + 1, false);
    if (end < 0) return false;
    while (end < bytes.length && isSpace(bytes[end])) end++;
    return end === bytes.length;
  }

  /** Index of a member of the object itself, −1 when it has none of that name. */
  find(name: string): number {
    const { count, names, next } = this;
    for (let i = 0; i < count; i = next[i] as number) if (names[i] === name) return i;
    return -1;
  }

  /** Index of a member of the object at `outer`. */
  findIn(outer: number, name: string): number {
    if (this.kinds[outer] !== OBJECT) return -1;
    const end = this.next[outer] as number;
    for (let i = outer + 1; i < end; i++) if (this.names[i] === name) return i;
    return -1;
  }

  /** What stands there as it is written, a text without its quotes. */
  slice(i: number): string {
    return this.latin1(this.bytes, this.from[i] as number, this.to[i] as number);
  }

  /** A text's length in bytes as it is written. */
  lengthOf(i: number): number {
    return (this.to[i] as number) - (this.from[i] as number);
  }

  /** The text of a `TEXT` or `ESCAPED`. */
  textOf(i: number): string {
    const written = this.slice(i);
    return this.kinds[i] === TEXT ? written : (JSON.parse(`"${written}"`) as string);
  }

  text(): string {
    return this.latin1(this.bytes, 0, this.bytes.length);
  }

  /** All of it made after all, for places deeper than the members of a member. */
  object(): JsonObject {
    return (this.made ??= JSON.parse(this.text()) as JsonObject);
  }

  /** The members behind an opening brace: the place behind the closing one, −1 where this is not for us. */
  private members(b: Uint8Array, start: number, inner: boolean): number {
    const object = ++this.objects;
    const { length } = b;
    let i = start;
    while (isSpace(b[i])) i++;
    if (b[i] === 125) return i + 1;
    for (;;) {
      if (b[i] !== 34) return -1;
      const nameFrom = ++i;
      let hash = 0;
      for (; i < length; i++) {
        const c = b[i] as number;
        if (PLAIN[c] !== 1) break;
        hash = (Math.imul(hash, 31) + c) | 0;
      }
      if (b[i] !== 34) return -1;
      const name = this.nameOf(b, nameFrom, i, hash);
      if (name === null || (inner ? name.inner : name.outer) === object) return -1;
      if (inner) name.inner = object;
      else name.outer = object;
      i++;
      while (isSpace(b[i])) i++;
      if (b[i++] !== 58) return -1;
      while (isSpace(b[i])) i++;
      const entry = this.count;
      if (entry === MOST_MEMBERS) return -1;
      this.count = entry + 1;
      this.names[entry] = name.text;
      const first = b[i];
      if (first === 34) {
        const end = this.afterText(b, i + 1);
        if (end < 0) return -1;
        this.note(entry, this.escaped ? ESCAPED : TEXT, i + 1, end - 1);
        i = end;
      } else if (first === 123 && !inner) {
        const end = this.members(b, i + 1, true);
        if (end < 0) return -1;
        this.note(entry, OBJECT, i, end);
        i = end;
      } else {
        const end = this.afterValue(b, i);
        if (end < 0) return -1;
        this.note(entry, kindOf(first as number), i, end);
        i = end;
      }
      while (isSpace(b[i])) i++;
      if (b[i] === 125) return i + 1;
      if (b[i] !== 44) return -1;
      i++;
      while (isSpace(b[i])) i++;
    }
  }

  private note(entry: number, kind: number, from: number, to: number): void {
    this.kinds[entry] = kind;
    this.from[entry] = from;
    this.to[entry] = to;
    this.next[entry] = this.count;
  }

  /** The one string for these bytes; names repeat. When there were too many different ones it begins anew, with the next body. */
  private nameOf(b: Uint8Array, from: number, to: number, hash: number): Name | null {
    const length = to - from;
    // Names that are numbers come first in an object, whatever their place: that order is left to the parser.
    if (length > LONGEST_NAME || isDigit(b[from])) return null;
    let slot = hash & (SLOTS - 1);
    for (let known = this.slots[slot]; known !== undefined; known = this.slots[slot]) {
      if (known.hash === hash && isSame(known.bytes, b, from, length)) return known;
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.known === MOST_NAMES) {
      this.slots.fill(undefined);
      this.known = 0;
      return null;
    }
    const name: Name = { hash, bytes: b.slice(from, to), text: this.latin1(b, from, to), outer: 0, inner: 0 };
    this.slots[slot] = name;
    this.known++;
    return name;
  }

  private afterText(b: Uint8Array, start: number): number {
    const end = b.length;
    let i = start;
    this.escaped = false;
    for (;;) {
      while (i < end && PLAIN[b[i] as number] === 1) i++;
      const c = b[i];
      if (c === 34) return i + 1;
      if (c !== 92) return -1;
      this.escaped = true;
      const letter = b[i + 1];
      if (letter === 117) {
        for (let digit = i + 2; digit < i + 6; digit++) if (!isHexDigit(b[digit])) return -1;
        i += 6;
      } else if (isEscape(letter)) i += 2;
      else return -1;
    }
  }

  /** Any value, looked at and not noted. */
  private afterValue(b: Uint8Array, start: number): number {
    const { inList } = this;
    let i = start;
    let depth = 0;
    for (;;) {
      const c = b[i];
      if (c === 34) i = this.afterText(b, i + 1);
      else if (c === 123 || c === 91) {
        i++;
        while (isSpace(b[i])) i++;
        if (b[i] === c + 2) i++;
        else {
          if (depth === MOST_DEPTH) return -1;
          inList[depth++] = c === 91 ? 1 : 0;
          if (c === 123) i = this.afterName(b, i);
          if (i < 0) return -1;
          continue;
        }
      } else i = c === 45 || isDigit(c) ? afterNumber(b, i) : afterLiteral(b, i);
      if (i < 0) return -1;
      for (;;) {
        if (depth === 0) return i;
        while (isSpace(b[i])) i++;
        const list = inList[depth - 1] === 1;
        if (b[i] === 44) {
          i++;
          while (isSpace(b[i])) i++;
          if (!list) i = this.afterName(b, i);
          if (i < 0) return -1;
          break;
        }
        if (b[i] !== (list ? 93 : 125)) return -1;
        i++;
        depth--;
      }
    }
  }

  /** Behind `"name":` and what space follows. */
  private afterName(b: Uint8Array, start: number): number {
    if (b[start] !== 34) return -1;
    let i = this.afterText(b, start + 1);
    if (i < 0) return -1;
    while (isSpace(b[i])) i++;
    if (b[i] !== 58) return -1;
    i++;
    while (isSpace(b[i])) i++;
    return i;
  }
}

const isSpace = (c: number | undefined): boolean => c === 32 || c === 10 || c === 13 || c === 9;
const isDigit = (c: number | undefined): boolean => c !== undefined && c >= 48 && c <= 57;
const isHexDigit = (c: number | undefined): boolean => isDigit(c) || (c !== undefined && ((c >= 65 && c <= 70) || (c >= 97 && c <= 102)));
const isEscape = (c: number | undefined): boolean =>
  c === 34 || c === 92 || c === 47 || c === 98 || c === 102 || c === 110 || c === 114 || c === 116;

function kindOf(first: number): number {
  if (first === 91) return LIST;
  if (first === 123) return OBJECT;
  if (first === 110) return NULL;
  return first === 116 || first === 102 ? LITERAL : NUMBER;
}

function afterNumber(b: Uint8Array, start: number): number {
  let i = b[start] === 45 ? start + 1 : start;
  if (b[i] === 48) i++;
  else {
    if (!isDigit(b[i])) return -1;
    while (isDigit(b[i])) i++;
  }
  if (b[i] === 46) {
    if (!isDigit(b[++i])) return -1;
    while (isDigit(b[i])) i++;
  }
  if (b[i] === 101 || b[i] === 69) {
    i++;
    if (b[i] === 43 || b[i] === 45) i++;
    if (!isDigit(b[i])) return -1;
    while (isDigit(b[i])) i++;
  }
  return i;
}

/** `true`, `false`, `null`. */
function afterLiteral(b: Uint8Array, i: number): number {
  if (b[i] === 116) return b[i + 1] === 114 && b[i + 2] === 117 && b[i + 3] === 101 ? i + 4 : -1;
  if (b[i] === 110) return b[i + 1] === 117 && b[i + 2] === 108 && b[i + 3] === 108 ? i + 4 : -1;
  return b[i] === 102 && b[i + 1] === 97 && b[i + 2] === 108 && b[i + 3] === 115 && b[i + 4] === 101 ? i + 5 : -1;
}

function isSame(known: Uint8Array, b: Uint8Array, from: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) if (known[i] !== b[from + i]) return false;
  return true;
}

const decoder = new TextDecoder('latin1');
const slowLatin1: Latin1 = (bytes, from, to) => decoder.decode(bytes.subarray(from, to));
