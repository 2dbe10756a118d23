import avro from 'avsc';
import type { DecodeSchema } from './decode-job';

/** 64-bit integers keep their digits. */
const longs = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: (value: number | string) => BigInt(value),
  toJSON: (value: bigint) => value.toString(),
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/** `decimal`: unscaled two's complement bytes; shown as digits with a point. */
class Decimal extends avro.types.LogicalType {
  private readonly scale: number;

  constructor(schema: { readonly scale?: number }, options?: object) {
    super(schema as never, options as never);
    this.scale = Number(schema.scale ?? 0);
  }

  protected override _fromValue(value: Buffer): string {
    if (value.length === 0) return '0';
    const digits = BigInt.asIntN(value.length * 8, BigInt(`0x${value.toString('hex')}`));
    const text = (digits < 0n ? -digits : digits).toString().padStart(this.scale + 1, '0');
    const sign = digits < 0n ? '-' : '';
    return this.scale === 0 ? sign + text : `${sign}${text.slice(0, -this.scale)}.${text.slice(-this.scale)}`;
  }

  protected override _toValue(value: Buffer): Buffer {
    return value;
  }
}

/** @throws Error when the schema, or later the bytes, are no Avro */
export function compileAvro({ text, references }: DecodeSchema): (bytes: Uint8Array) => unknown {
  const registry: Record<string, avro.Type> = {};
  const options = {
    registry,
    logicalTypes: { decimal: Decimal },
    typeHook: (schema: unknown) => (schema === 'long' || typeOf(schema) === 'long' ? longs : undefined),
  };
  for (const reference of references) avro.Type.forSchema(JSON.parse(reference.text) as avro.Schema, options as never);
  const type = avro.Type.forSchema(parsed(text), options as never);
  return (bytes) => type.fromBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as unknown;
}

const typeOf = (schema: unknown): unknown =>
  typeof schema === 'object' && schema !== null && !('logicalType' in schema && schema.logicalType === 'decimal')
    ? (schema as { type?: unknown }).type
    : null;

/** A schema may be a bare name, with quotes or without. */
function parsed(text: string): avro.Schema {
  try {
    return JSON.parse(text) as avro.Schema;
  } catch {
    return text as avro.Schema;
  }
}
