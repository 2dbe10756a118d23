const MOST_NAMES = 4096;

/**
 * Gives the same string for the same bytes. A topic's records repeat a handful of header names: making each string anew was a fifth of the
 * reader's time, and every copy would live as long as its event. Bounded; a producer with ever new names just pays the price.
 */
export class HeaderNames {
  private readonly byHash = new Map<number, { readonly bytes: Buffer; readonly name: string }>();

  nameOf(buffer: Buffer, start: number, end: number): string {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (buffer[i] ?? 0)) | 0;
    const known = this.byHash.get(hash);
    if (known !== undefined && sameBytes(known.bytes, buffer, start, end)) return known.name;
    const name = buffer.toString('utf8', start, end);
    if (known === undefined && this.byHash.size < MOST_NAMES)
      this.byHash.set(hash, { bytes: Buffer.from(buffer.subarray(start, end)), name });
    return name;
  }
}

/** For a dozen bytes a loop is quicker than the call into native code. */
function sameBytes(known: Buffer, buffer: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== buffer[start + i]) return false;
  return true;
}
