/** A position in a buffer of records, with Kafka's zig-zag numbers. The hottest code of the tap: no allocation but the views it gives out. */
export class RecordCursor {
  constructor(
    readonly buffer: Buffer,
    public position: number,
  ) {}

  varint(): number {
    return this.varintWithin(this.buffer.length);
  }

  varlong(): number {
    return this.varlongWithin(this.buffer.length);
  }

  /** A 32-bit number that must end before `end`; NaN when it does not or is longer than five bytes (every comparison with NaN is false). */
  varintWithin(end: number): number {
    const { buffer } = this;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.position >= end) return Number.NaN;
      const byte = buffer[this.position++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    return Number.NaN;
  }

  /** A 64-bit number; exact below 2^52. Four bytes, two days in milliseconds, go the short way. */
  varlongWithin(end: number): number {
    const { buffer } = this;
    let low = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      if (this.position >= end) return Number.NaN;
      const byte = buffer[this.position++] as number;
      low += (byte & 0x7f) * factor;
      if (byte < 0x80) return low % 2 === 0 ? low / 2 : -(low + 1) / 2;
      factor *= 128;
    }
    return Number.NaN;
  }

  /** A length and that many bytes, as a view; `null` for -1. Throws when they would go past `end`. */
  bytes(end: number): Buffer | null {
    const length = this.varintWithin(end);
    if (length === -1) return null;
    const start = this.position;
    if (!(length >= 0 && start + length <= end)) throw new RangeError(`a field of ${length} bytes does not fit into its record`);
    this.position = start + length;
    return this.buffer.subarray(start, this.position);
  }
}
