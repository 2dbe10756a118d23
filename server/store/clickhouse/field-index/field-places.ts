import type { ObservedEvent } from '@/lib/events/observed-event';
import { hashOfText, hashOfValue, MOST_VALUES, NOT_INDEXED, valuesOfJson } from './field-values';

/** What the index needs of an event. */
export type FieldEvent = Pick<ObservedEvent, 'observedAt' | 'headers' | 'body'>;

/** The number under which events stand that may hold any value. No value has it. */
export const ANYTHING = 0;
/** Places are kept in steps of this many µs of their day. */
export const TICK = 100_000;
export const DAY = 86_400_000_000;

/** Where the values of one batch were: one row a value, from its first tick to its last. Columns, ready to be sent. */
export interface FieldPlaces {
  readonly day: number;
  readonly count: number;
  readonly hashes: Uint32Array;
  readonly first: Uint32Array;
  readonly last: Uint32Array;
}

/** Values seen lately, so that what a batch repeats is one row. A place taken by another value only costs a second row. */
const REMEMBERED = 1 << 16;

export class FieldPlacesCollector {
  readonly #lately = new Int32Array(REMEMBERED);
  #hashes: Uint32Array = new Uint32Array(1 << 12);
  #first: Uint32Array = new Uint32Array(1 << 12);
  #last: Uint32Array = new Uint32Array(1 << 12);
  #count = 0;
  #tick = 0;
  #ofEvent = 0;

  /** The views are overwritten by the next call. `events` are of one day. */
  collect(events: readonly FieldEvent[]): FieldPlaces {
    this.#lately.fill(-1);
    this.#count = 0;
    const day = Math.floor((events[0]?.observedAt ?? 0) / DAY);
    for (const event of events) {
      this.#tick = Math.floor((event.observedAt - day * DAY) / TICK);
      this.#ofEvent = 0;
      if (!this.#headersOf(event) || !(event.body === null || valuesOfJson(event.body, this.#give))) this.#add(ANYTHING);
    }
    const used = (column: Uint32Array): Uint32Array => column.subarray(0, this.#count);
    return { day, count: this.#count, hashes: used(this.#hashes), first: used(this.#first), last: used(this.#last) };
  }

  readonly #give = (hash: number): boolean => {
    if (++this.#ofEvent > MOST_VALUES) return false;
    this.#add(hash);
    return true;
  };

  #headersOf({ headers }: FieldEvent): boolean {
    for (const { wire, value } of headers) {
      if (value === null) continue;
      const hash = INTEGERS.has(wire) ? hashOfInteger(wire, value) : hashOfValue(value, 0, value.length);
      if (hash !== NOT_INDEXED && !this.#give(hash)) return false;
    }
    return true;
  }

  #add(hash: number): void {
    const slot = hash & (REMEMBERED - 1);
    const known = this.#lately[slot] as number;
    if (known >= 0 && this.#hashes[known] === hash) {
      if (this.#tick > (this.#last[known] as number)) this.#last[known] = this.#tick;
      else if (this.#tick < (this.#first[known] as number)) this.#first[known] = this.#tick;
      return;
    }
    if (this.#count === this.#hashes.length) this.#grow();
    this.#lately[slot] = this.#count;
    this.#hashes[this.#count] = hash;
    this.#first[this.#count] = this.#tick;
    this.#last[this.#count] = this.#tick;
    this.#count++;
  }

  #grow(): void {
    const grown = (column: Uint32Array): Uint32Array => {
      const larger = new Uint32Array(column.length * 2);
      larger.set(column);
      return larger;
    };
    [this.#hashes, this.#first, this.#last] = [grown(this.#hashes), grown(this.#first), grown(this.#last)];
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
