/**
 * A buffer that grows and is used again for the next batch: no allocation per value. Little endian, as ClickHouse's binary formats.
 * What `take` returns is a view that the next `reset` overwrites: send it before.
 */
export class ByteWriter {
  #buffer: Buffer;
  #at = 0;

  constructor(size = 1 << 16) {
    this.#buffer = Buffer.allocUnsafeSlow(size);
  }

  reset(): void {
    this.#at = 0;
  }

  /** Bytes written since `reset`. */
  get length(): number {
    return this.#at;
  }

  view(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  u8(value: number): void {
    this.#ensure(1);
    this.#buffer[this.#at++] = value;
  }

  u16(value: number): void {
    this.#ensure(2);
    this.#at = this.#buffer.writeUInt16LE(value, this.#at);
  }

  u32(value: number): void {
    this.#ensure(4);
    this.#at = this.#buffer.writeUInt32LE(value >>> 0, this.#at);
  }

  i32(value: number): void {
    this.#ensure(4);
    this.#at = this.#buffer.writeInt32LE(value | 0, this.#at);
  }

  /** A whole number within ±2^53, as 64 bits; works for unsigned columns too. */
  i64(value: number): void {
    this.#ensure(8);
    const low = value % 0x1_0000_0000;
    const unsignedLow = low < 0 ? low + 0x1_0000_0000 : low;
    const high = (value - unsignedLow) / 0x1_0000_0000;
    this.#at = this.#buffer.writeUInt32LE(unsignedLow, this.#at);
    this.#at = this.#buffer.writeInt32LE(high, this.#at);
  }

  varint(value: number): void {
    this.#ensure(9);
    while (value >= 0x80) {
      this.#buffer[this.#at++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.#buffer[this.#at++] = value;
  }

  bytes(value: Uint8Array): void {
    const length = value.length;
    this.varint(length);
    this.#ensure(length);
    if (length > 48) this.#buffer.set(value, this.#at);
    else for (let i = 0, at = this.#at, buffer = this.#buffer; i < length; i++) buffer[at + i] = value[i] as number;
    this.#at += length;
  }

  /** Bytes as they are, without their length. */
  raw(value: Uint8Array): void {
    this.#ensure(value.length);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
  }

  /** Short ASCII, which is nearly everything here, is written by hand: faster than a call into the runtime. */
  text(value: string): void {
    const length = value.length;
    if (length < 64) {
      this.#ensure(length + 1);
      const buffer = this.#buffer;
      const start = this.#at + 1;
      let i = 0;
      for (; i < length; i++) {
        const code = value.charCodeAt(i);
        if (code > 0x7f) break;
        buffer[start + i] = code;
      }
      if (i === length) {
        buffer[this.#at] = length;
        this.#at = start + length;
        return;
      }
    }
    const size = Buffer.byteLength(value);
    this.varint(size);
    this.#ensure(size);
    this.#at += this.#buffer.write(value, this.#at, size, 'utf8');
  }

  #ensure(size: number): void {
    if (this.#at + size <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#at + size));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}
