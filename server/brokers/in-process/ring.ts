/** What a bounded list keeps. */
export interface RingBounds {
  readonly records: number;
  readonly bytes: number;
}

/**
 * A list that only grows at its end, where every item keeps its number for ever, and that forgets its oldest items beyond its bounds. The
 * newest item always stays, however large it is.
 */
export class Ring<T> {
  private items: { readonly value: T | undefined; readonly size: number }[] = [];
  private head = 0;
  private bytes = 0;
  private firstNumber: number;

  constructor(
    private readonly bounds: RingBounds,
    /** Number of the first item ever. */
    readonly origin: number,
    private readonly onForget: (value: T, number: number) => void = () => undefined,
  ) {
    this.firstNumber = origin;
  }

  /** Number of the oldest item that is still here (or of the next one, when empty). */
  get first(): number {
    return this.firstNumber;
  }

  /** Number that the next item will have. */
  get end(): number {
    return this.firstNumber + this.items.length - this.head;
  }

  push(value: T, size: number): number {
    const number = this.end;
    this.items.push({ value, size });
    this.bytes += size;
    while (this.items.length - this.head > 1 && (this.items.length - this.head > this.bounds.records || this.bytes > this.bounds.bytes))
      this.forget();
    return number;
  }

  /** Undefined where nothing was ever written, is kept any more, or was removed. */
  at(number: number): T | undefined {
    return number < this.firstNumber ? undefined : this.items[this.head + number - this.firstNumber]?.value;
  }

  /** Takes one item out of the middle; its number stays, and nothing is there. The newest item is never taken. */
  remove(number: number): boolean {
    const at = this.head + number - this.firstNumber;
    const item = this.items[at];
    if (number < this.firstNumber || number >= this.end - 1 || item?.value === undefined) return false;
    this.bytes -= item.size;
    this.items[at] = { value: undefined, size: 0 };
    return true;
  }

  private forget(): void {
    const oldest = this.items[this.head];
    if (oldest === undefined) return;
    this.head += 1;
    this.bytes -= oldest.size;
    this.firstNumber += 1;
    if (this.head > 256 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    if (oldest.value !== undefined) this.onForget(oldest.value, this.firstNumber - 1);
  }
}
