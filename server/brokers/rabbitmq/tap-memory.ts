import { crc32 } from 'node:zlib';
import type { Delivery } from './delivery';
import type { Print, StoredBatch } from './skip-rule';

/** How many messages are remembered: a broker that dies forgets the acknowledgements of seconds. */
const REMEMBERED = 10_000;

/** What a tap has stored lately, as numbers. Lives as long as the broker's adapter, so a tap that is opened again still knows it. */
export class TapMemory {
  private stored: StoredBatch | null = null;
  private prints: Print[] = [];

  remember(batch: StoredBatch, deliveries: readonly Delivery[]): void {
    if (this.stored?.number !== batch.number - 1) this.prints = [];
    this.stored = batch;
    for (const delivery of deliveries) this.prints.push(printOf(delivery));
    if (this.prints.length > 2 * REMEMBERED) this.prints = this.prints.slice(-REMEMBERED);
  }

  /** Nothing, unless the last batch remembered is the last one stored. */
  historyUpTo({ number, records }: StoredBatch): readonly Print[] {
    return this.stored?.number === number && this.stored.records === records ? this.prints.slice(-REMEMBERED) : [];
  }
}

export const printOf = (delivery: Delivery): Print =>
  crc32(delivery.body, crc32(delivery.properties, crc32(delivery.routingKey, delivery.bodySize)));
