/** Text of decoded values, longer than this it is cut by an error: the screen shows no more. */
const MOST_TEXT = 4 * 1024 * 1024;

const strict = new TextDecoder('utf-8', { fatal: true });

/** JSON of whatever a decoder gives: whole numbers beyond 2^53 as text, bytes as text or `0x…`, dates as ISO text, maps as objects. */
export function toJsonText(value: unknown): string {
  const text = JSON.stringify(value, function (this: Record<string, unknown>, name: string, given: unknown) {
    // `given` went through toJSON already, which makes lists of a Buffer's bytes.
    const own = this[name];
    if (own instanceof Uint8Array) return bytesText(own);
    if (typeof given === 'bigint') return Number.isSafeInteger(Number(given)) ? Number(given) : given.toString();
    if (own instanceof Map) return Object.fromEntries([...own].map(([key, item]) => [keyText(key), item as unknown]));
    if (own instanceof Set) return [...own] as unknown[];
    return typeof given === 'number' && !Number.isFinite(given) ? String(given) : given;
  });
  if (text === undefined) return 'null';
  if (text.length > MOST_TEXT) throw new Error('decoded it is longer than 4 MB');
  return text;
}

const keyText = (key: unknown): string => (typeof key === 'string' ? key : key instanceof Uint8Array ? bytesText(key) : String(key));

function bytesText(bytes: Uint8Array): string {
  try {
    const text = strict.decode(bytes);
    // oxlint-disable-next-line no-control-regex
    if (!/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)) return text;
  } catch {
    // no text
  }
  return `0x${Buffer.from(bytes).toString('hex')}`;
}
