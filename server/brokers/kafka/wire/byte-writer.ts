/** Builds a request or a record batch from Kafka's primitive types; grows as needed. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafe(512);
  private length = 0;

  private room(bytes: number): number {
    const at = this.length;
    if (at + bytes > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(at + bytes, this.buffer.length * 2));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    this.length = at + bytes;
    return at;
  }

  int8(value: number): this {
    const at = this.room(1);
    this.buffer[at] = value & 0xff;
    return this;
  }

  int16(value: number): this {
    const at = this.room(2);
    this.buffer.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.room(4);
    this.buffer.writeInt32BE(value, at);
    return this;
  }

  uint32(value: number): this {
    const at = this.room(4);
    this.buffer.writeUInt32BE(value, at);
    return this;
  }

  int64(value: number | bigint): this {
    const at = this.room(8);
    this.buffer.writeBigInt64BE(BigInt(value), at);
    return this;
  }

  unsignedVarint(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.int8((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    return this.int8(rest);
  }

  /** Zig-zag, as records use it; from -2^52 to 2^52. */
  varint(value: number): this {
    return this.unsignedVarint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  raw(bytes: Uint8Array): this {
    const at = this.room(bytes.length);
    this.buffer.set(bytes, at);
    return this;
  }

  /** A 16-bit length before the text; `null` is length -1. */
  string(text: string | null): this {
    if (text === null) return this.int16(-1);
    const bytes = Buffer.from(text, 'utf8');
    return this.int16(bytes.length).raw(bytes);
  }

  compactString(text: string): this {
    const bytes = Buffer.from(text, 'utf8');
    return this.unsignedVarint(bytes.length + 1).raw(bytes);
  }

  /** A zig-zag length before the bytes, -1 for `null`. */
  varintBytes(bytes: Uint8Array | null): this {
    return bytes === null ? this.varint(-1) : this.varint(bytes.length).raw(bytes);
  }

  noTags(): this {
    return this.unsignedVarint(0);
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}
