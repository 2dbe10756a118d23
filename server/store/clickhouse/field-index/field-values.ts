/**
 * Which values of headers and JSON bodies the field index knows, and the number each is known by. Writer and searcher ask the same function, so
 * what is left out by one is not looked for by the other. Names and paths are not part of it: the search compares them in the rows it finds.
 */
export const NOT_INDEXED = 0;

const SHORTEST = 3;
const LONGEST = 100;
/** Values of one event; what has more is marked as "may hold anything". */
export const MOST_VALUES = 128;

/**
 * The number of a value, 32 bits, never 0; `NOT_INDEXED` for what is no help in finding one event among many and would fill the index: texts with
 * blanks, decimals, moments of time, truth values, objects and lists, the very short and the long.
 */
export function hashOfValue(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length < SHORTEST || length > LONGEST) return NOT_INDEXED;
  const first = bytes[from] as number;
  if (first === OPEN_OBJECT || first === OPEN_LIST) return NOT_INDEXED;
  let hash = 0x811c9dc5;
  let dots = 0;
  let numeric = true;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte <= BLANK) return NOT_INDEXED;
    if (byte === DOT) dots++;
    else if ((byte < ZERO || byte > NINE) && !(byte === MINUS && at === from)) numeric = false;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  if (numeric && dots === 1) return NOT_INDEXED;
  if (length >= 19 && bytes[from + 4] === MINUS && bytes[from + 7] === MINUS && bytes[from + 13] === COLON) return NOT_INDEXED;
  return length <= 5 && !numeric && WORDS.has(decoder.decode(bytes.subarray(from, to))) ? NOT_INDEXED : mix(hash);
}

/** FNV alone leaves like values near each other. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 || 1;
}

const [QUOTE, BACKSLASH, COLON, COMMA, OPEN_OBJECT, OPEN_LIST, CLOSE_OBJECT, CLOSE_LIST] = [0x22, 0x5c, 0x3a, 0x2c, 0x7b, 0x5b, 0x7d, 0x5d];
const [BLANK, DOT, MINUS, ZERO, NINE] = [0x20, 0x2e, 0x2d, 0x30, 0x39];
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null']);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function hashOfText(value: string): number {
  const bytes = encoder.encode(value);
  return hashOfValue(bytes, 0, bytes.length);
}

/**
 * Gives the numbers of all values in a JSON body, whatever their depth, without building objects: strings that are no names, and whole numbers.
 * It does not check the JSON: of what is none it may give too much, never too little. False when it saw something it cannot be sure about.
 */
export function valuesOfJson(body: Uint8Array, give: (hash: number) => boolean): boolean {
  const end = body.length;
  let at = 0;
  while (at < end && (body[at] as number) <= BLANK) at++;
  if (body[at] !== OPEN_OBJECT && body[at] !== OPEN_LIST) return true;
  while (at < end) {
    const byte = body[at] as number;
    if (byte === QUOTE) {
      const from = ++at;
      let escaped = false;
      for (; at < end && body[at] !== QUOTE; at++) {
        if (body[at] !== BACKSLASH) continue;
        escaped = true;
        at++;
      }
      const to = Math.min(at++, end);
      while (at < end && (body[at] as number) <= BLANK) at++;
      if (body[at] === COLON) at++;
      else if (!escaped) {
        const hash = hashOfValue(body, from, to);
        if (hash !== NOT_INDEXED && !give(hash)) return false;
      } else if (!giveEscaped(body.subarray(from - 1, to + 1), give)) return false;
    } else if (byte === MINUS || (byte >= ZERO && byte <= NINE)) {
      const from = at;
      let whole = true;
      for (at++; at < end && !endsNumber(body[at] as number); at++)
        if ((body[at] as number) < ZERO || (body[at] as number) > NINE) whole = false;
      if (whole) {
        const hash = hashOfValue(body, from, at);
        if (hash !== NOT_INDEXED && !give(hash)) return false;
      } else if (!giveNumber(body.subarray(from, at), give)) return false;
    } else at++;
  }
  return true;
}

const endsNumber = (byte: number): boolean => byte <= BLANK || byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST;

/** Longer ones than this unescape to something that is not indexed. */
const LONGEST_ESCAPED = LONGEST * 6 + 2;

function giveEscaped(quoted: Uint8Array, give: (hash: number) => boolean): boolean {
  if (quoted.length > LONGEST_ESCAPED) return true;
  let text: unknown;
  try {
    text = JSON.parse(decoder.decode(quoted));
  } catch {
    return true;
  }
  if (typeof text !== 'string') return true;
  const hash = hashOfText(text);
  return hash === NOT_INDEXED || give(hash);
}

/** `1e3` and `100.0` are read back as whole numbers. */
function giveNumber(digits: Uint8Array, give: (hash: number) => boolean): boolean {
  const number = Number(decoder.decode(digits));
  if (!Number.isInteger(number)) return true;
  const hash = hashOfText(String(number));
  return hash === NOT_INDEXED || give(hash);
}
