const TWO_32 = 4_294_967_296;

/** Reads Kafka's primitive types one after the other. Reading past the end throws a RangeError: it never gives a made-up value. */
export class ByteReader {
  position: number;
  private readonly end: number;

  constructor(
    readonly bytes: Buffer,
    start = 0,
    end = bytes.length,
  ) {
    this.position = start;
    this.end = end;
  }

  get left(): number {
    return this.end - this.position;
  }

  private advance(length: number): number {
    const from = this.position;
    if (length < 0 || from + length > this.end) throw new RangeError(`${length} bytes wanted, ${this.end - from} are left`);
    this.position = from + length;
    return from;
  }

  int8(): number {
    return this.bytes.readInt8(this.advance(1));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  int16(): number {
    return this.bytes.readInt16BE(this.advance(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.advance(4));
  }

  /** Exact below 2^53, which every offset and time of a real broker is. */
  int64(): number {
    const at = this.advance(8);
    return this.bytes.readInt32BE(at) * TWO_32 + this.bytes.readUInt32BE(at + 4);
  }

  unsignedVarint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 5; i++) {
      const byte = this.bytes[this.advance(1)] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new RangeError('a variable-length number is longer than five bytes');
  }

  view(length: number): Buffer {
    const at = this.advance(length);
    return this.bytes.subarray(at, at + length);
  }

  skip(length: number): void {
    this.advance(length);
  }

  /** A string with a 16-bit length; `null` when the length is -1. */
  string(): string | null {
    const length = this.int16();
    return length < 0 ? null : this.view(length).toString('utf8');
  }

  compactString(): string | null {
    const length = this.unsignedVarint();
    return length === 0 ? null : this.view(length - 1).toString('utf8');
  }

  /** A block with a 32-bit length; an empty one for -1. */
  block(): Buffer {
    const length = this.int32();
    return length <= 0 ? this.bytes.subarray(0, 0) : this.view(length);
  }

  array<T>(read: () => T): T[] {
    return this.repeat(this.int32(), read);
  }

  compactArray<T>(read: () => T): T[] {
    return this.repeat(this.unsignedVarint() - 1, read);
  }

  /** A wrong count fails at the first missing item instead of reserving memory for it. */
  private repeat<T>(count: number, read: () => T): T[] {
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  /** 16 raw bytes as hex; `null` when all are zero. */
  uuid(): string | null {
    const hex = this.view(16).toString('hex');
    return /^0+$/.test(hex) ? null : hex;
  }

  skipTags(): void {
    this.tags(() => undefined);
  }

  /** Calls back with each tagged field; what the callback leaves unread is skipped. */
  tags(read: (tag: number, field: ByteReader) => void): void {
    const count = this.unsignedVarint();
    for (let i = 0; i < count; i++) {
      const tag = this.unsignedVarint();
      const size = this.unsignedVarint();
      const at = this.advance(size);
      read(tag, new ByteReader(this.bytes, at, at + size));
    }
  }
}
