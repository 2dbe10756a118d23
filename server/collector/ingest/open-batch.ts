import type { Rules } from '@/lib/events/recognise/compile-rules';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { Tap, TapBatch } from '../../brokers/broker';
import type { Bodies } from '../../decoding/bodies';
import type { StoredBatch } from '../../store/store';
import type { BrokerView } from './broker-view';
import { isFull, LIMIT } from './pace';
import { prepareEvents, toStoredBatch, type TapPlace } from './prepare-batch';

interface Parts {
  readonly view: BrokerView;
  readonly rules: Rules;
  readonly bodies?: Bodies | undefined;
  readonly onRead: (events: readonly ObservedEvent[]) => void;
}

/** A batch between its tap and the store: what comes meanwhile is added, recognised and told at once. */
export class OpenBatch {
  private readonly events: ObservedEvent[] = [];
  private measured = 0;
  /** Of the bodies. */
  bytes = 0;

  constructor(
    private readonly tap: Tap,
    private readonly batch: TapBatch,
    private readonly place: TapPlace,
    private readonly parts: Parts,
  ) {
    this.measure();
  }

  isFull(): boolean {
    return isFull(this.batch.records.length, this.bytes);
  }

  /** Takes what came since. */
  async more(): Promise<void> {
    const room = { records: LIMIT.records - this.batch.records.length, bytes: LIMIT.bytes - this.bytes };
    if (!this.tap.more(this.batch, room)) return;
    this.measure();
    await this.recogniseRest();
  }

  async recogniseRest(): Promise<void> {
    const { view, rules, bodies, onRead } = this.parts;
    const events = await prepareEvents(this.batch, this.events.length, this.place, view, rules, bodies);
    for (const event of events) this.events.push(event);
    if (events.length > 0) onRead(events);
  }

  toStored(): StoredBatch {
    return toStoredBatch(this.batch, this.events, this.place, this.parts.view);
  }

  private measure(): void {
    const { records } = this.batch;
    for (; this.measured < records.length; this.measured++) this.bytes += records[this.measured]?.body?.length ?? 0;
  }
}
