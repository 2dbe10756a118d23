import { type Delivery, bytesOf } from './delivery';

/** What the broker has delivered and the reader has not taken, in order, with its size; and what was delivered that nobody asked for. */
export class DeliveryBuffer {
  private deliveries: Delivery[] = [];
  private from = 0;
  private held = 0;
  private average = 0;
  /** Tag of the newest delivery that was wanted, 0 when there was none on this connection. */
  lastTag = 0;
  /** Tag of the newest delivery of a channel nobody asked for; acknowledged along with others, or alone when nothing else comes. */
  passedOver: number | null = null;

  get waiting(): number {
    return this.deliveries.length - this.from;
  }

  get bytes(): number {
    return this.held;
  }

  /** Of the messages lately; 0 before the first. */
  get averageBytes(): number {
    return this.average;
  }

  push(delivery: Delivery): void {
    const size = bytesOf(delivery);
    this.average = this.average === 0 ? size : this.average + (size - this.average) / 32;
    this.deliveries.push(delivery);
    this.held += size;
    this.lastTag = delivery.tag;
  }

  /** The first ones, at least one if there is any, within the limit. */
  take(limit: { readonly records: number; readonly bytes: number }): Delivery[] {
    const taken: Delivery[] = [];
    let bytes = 0;
    while (taken.length < limit.records) {
      const delivery = this.deliveries[this.from];
      if (delivery === undefined) break;
      const size = bytesOf(delivery);
      if (taken.length > 0 && bytes + size > limit.bytes) break;
      bytes += size;
      taken.push(delivery);
      this.from++;
    }
    this.held -= bytes;
    this.shrink();
    return taken;
  }

  first(count: number): readonly Delivery[] {
    return this.deliveries.slice(this.from, this.from + count);
  }

  /** The broker has them back, or is gone. */
  clear(): void {
    this.deliveries = [];
    this.from = 0;
    this.held = 0;
    this.average = 0;
    this.lastTag = 0;
    this.passedOver = null;
  }

  private shrink(): void {
    if (this.from === this.deliveries.length) this.deliveries = [];
    else if (this.from > 1_024 && this.from * 2 > this.deliveries.length) this.deliveries = this.deliveries.slice(this.from);
    else return;
    this.from = 0;
  }
}
