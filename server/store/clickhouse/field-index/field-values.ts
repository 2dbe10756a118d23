/**
 * Which values of headers and JSON bodies the field index knows, and the number each is known by. Writer and searcher ask the same function, so
 * what is left out by one is not looked for by the other. Names and paths are not part of it: the search compares them in the rows it finds.
 */
export const NOT_INDEXED = 0;

const SHORTEST = 3;
const LONGEST = 100;
/** Values of one event; what has more is marked as "may hold anything". */
export const MOST_VALUES = 128;

/** What a byte says of the value it stands in. */
const [DIGIT, DOT, OTHER, AT, NEVER] = [1, 2, 4, 8, 16];
const KINDS = new Uint8Array(256).fill(OTHER);
KINDS.fill(NEVER, 0, 0x21);
KINDS.fill(DIGIT, 0x30, 0x3a);
KINDS[0x2e] = DOT;
KINDS[0x40] = AT;

/**
 * The number of a value, 32 bits, never 0; `NOT_INDEXED` for what is no help in finding one event among many and would fill the index: texts with
 * blanks, words (without a digit, unless they are an address with `@`: names of types and services, states, truth values), decimals, moments of
 * time, objects and lists, the very short and the long.
 */
export function hashOfValue(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length < SHORTEST || length > LONGEST) return NOT_INDEXED;
  const first = bytes[from] as number;
  if (first === OPEN_OBJECT || first === OPEN_LIST) return NOT_INDEXED;
  let hash = 0x811c9dc5;
  let seen = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    seen |= KINDS[byte] as number;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  if (seen >= NEVER || (seen & (DIGIT | AT)) === 0) return NOT_INDEXED;
  if (seen < OTHER || first === MINUS) {
    if (isDecimal(bytes, from, to)) return NOT_INDEXED;
  } else if (length >= 19 && bytes[from + 4] === MINUS && bytes[from + 7] === MINUS && bytes[from + 13] === COLON) return NOT_INDEXED;
  return mix(hash);
}

/** Digits and one dot, behind a sign perhaps. */
function isDecimal(bytes: Uint8Array, from: number, to: number): boolean {
  let dots = 0;
  for (let at = bytes[from] === MINUS ? from + 1 : from; at < to; at++) {
    const kind = KINDS[bytes[at] as number] as number;
    if (kind > DOT) return false;
    if (kind === DOT) dots++;
  }
  return dots === 1;
}

/** FNV alone leaves like values near each other. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 || 1;
}

const [QUOTE, BACKSLASH, COLON, COMMA, OPEN_OBJECT, OPEN_LIST, CLOSE_OBJECT, CLOSE_LIST] = [0x22, 0x5c, 0x3a, 0x2c, 0x7b, 0x5b, 0x7d, 0x5d];
const [BLANK, MINUS, ZERO, NINE, SMALL_E] = [0x20, 0x2d, 0x30, 0x39, 0x65];
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
      } else if (body[at - 1] === ZERO || hasExponent(body, from, at)) {
        if (!giveNumber(body.subarray(from, at), give)) return false;
      }
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

function hasExponent(body: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (((body[at] as number) | 0x20) === SMALL_E) return true;
  return false;
}

/** `1e3` and `100.0` are read back as whole numbers. */
function giveNumber(digits: Uint8Array, give: (hash: number) => boolean): boolean {
  const number = Number(decoder.decode(digits));
  if (!Number.isInteger(number)) return true;
  const hash = hashOfText(String(number));
  return hash === NOT_INDEXED || give(hash);
}
