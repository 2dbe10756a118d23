import { ByteReader } from './byte-reader';

export type OldMessage =
  | {
      readonly ok: true;
      readonly key: Buffer | null;
      readonly value: Buffer | null;
      readonly timeMs: number;
      readonly timeBy: 'producer' | 'broker';
    }
  | { readonly ok: false; readonly packed: boolean; readonly why: string };

/** Reads one message of format 0 or 1 (after its offset and size). `timeMs` is -1 for format 0, which had none. */
export function readMessage(bytes: Buffer): OldMessage {
  const reader = new ByteReader(bytes, 4);
  try {
    const magic = reader.int8();
    const attributes = reader.int8();
    if (magic !== 0 && magic !== 1) return { ok: false, packed: false, why: `message format ${magic} is not known` };
    if (attributes & 7) return { ok: false, packed: true, why: `a packed message of the old format ${magic}` };
    const timeMs = magic === 1 ? reader.int64() : -1;
    return { ok: true, key: field(reader), value: field(reader), timeMs, timeBy: attributes & 8 ? 'broker' : 'producer' };
  } catch (error) {
    return { ok: false, packed: false, why: (error as Error).message };
  }
}

function field(reader: ByteReader): Buffer | null {
  const length = reader.int32();
  return length < 0 ? null : reader.view(length);
}
