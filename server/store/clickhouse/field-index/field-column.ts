import type { ObservedEvent } from '@/lib/events/observed-event';
import type { ByteWriter } from '../byte-writer';
import type { WireColumn } from '../wire-codec';
import { hashOfText, hashOfValue, MOST_VALUES, NOT_INDEXED, valuesOfJson } from './field-values';

/** What the index needs of an event. */
export type FieldEvent = Pick<ObservedEvent, 'headers' | 'body'>;

/** The number of events that may hold any value. No value has it. */
export const ANYTHING = 0;

/**
 * The column `fieldValues`: the numbers of an event's values, each once. It lies in the row itself and so is there whenever the event is. One
 * is used for batch after batch; nothing is made per event.
 */
export function fieldColumn(): WireColumn<FieldEvent> {
  const values = new ValuesOfEvents();
  const column = (writer: ByteWriter, events: readonly FieldEvent[]): void => {
    values.reset();
    for (const event of events) writer.i64(values.add(event));
    writer.raw(values.bytes());
  };
  return {
    name: 'fieldValues',
    type: 'Array(UInt32)',
    prefix: () => undefined,
    column,
    row(writer, event) {
      values.reset();
      writer.varint(values.add(event));
      writer.raw(values.bytes());
    },
  };
}

class ValuesOfEvents {
  #hashes = new Uint32Array(1 << 14);
  #count = 0;
  /** Where the values of this event begin. */
  #begin = 0;

  reset(): void {
    this.#count = 0;
  }

  /** How many values there are now, this event's among them. */
  add({ headers, body }: FieldEvent): number {
    this.#begin = this.#count;
    if (!this.#addHeaders(headers) || !(body === null || valuesOfJson(body, this.#give))) {
      this.#hashes[this.#begin] = ANYTHING;
      this.#count = this.#begin + 1;
    }
    return this.#count;
  }

  /** As they lie in memory: little endian on every machine that Node and the engine run on. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#hashes.buffer, 0, this.#count * 4);
  }

  #addHeaders(headers: FieldEvent['headers']): boolean {
    for (let i = 0; i < headers.length; i++) {
      const { wire, value } = headers[i] as FieldEvent['headers'][number];
      if (value === null) continue;
      const hash = INTEGERS.has(wire) ? hashOfInteger(wire, value) : hashOfValue(value, 0, value.length);
      if (hash !== NOT_INDEXED && !this.#give(hash)) return false;
    }
    return true;
  }

  /** False when the event has more values than are kept. */
  readonly #give = (hash: number): boolean => {
    const hashes = this.#hashes;
    const end = this.#count;
    for (let i = this.#begin; i < end; i++) if (hashes[i] === hash) return true;
    if (end - this.#begin === MOST_VALUES) return false;
    hashes[end] = hash;
    this.#count = end + 1;
    if (this.#count === hashes.length) this.#grow();
    return true;
  };

  #grow(): void {
    const larger = new Uint32Array(this.#hashes.length * 2);
    larger.set(this.#hashes);
    this.#hashes = larger;
  }
}

/** Integers of AMQP lie as big-endian bytes and are asked for by their digits. */
const INTEGERS: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['s', 2],
  ['I', 4],
  ['l', 8],
  ['L', 8],
]);

function hashOfInteger(wire: string, value: Uint8Array): number {
  const size = INTEGERS.get(wire);
  if (value.length !== size) return hashOfValue(value, 0, value.length);
  let number = 0n;
  for (const byte of value) number = (number << 8n) | BigInt(byte);
  return hashOfText(BigInt.asIntN(size * 8, number).toString());
}
