import { setTimeout as sleep } from 'node:timers/promises';
import { withContracts } from '../../kernel/contracts';
import type { Parts } from '../../kernel/parts';
import type { Subscriber } from '../../kernel/service-host';
import { groupOf, projectionBinding } from './bindings';
import { LOG_CONTRACTS, type LogEvent } from './contracts';
import type { Projection } from './projections/projection';
import { createTables, dropTables, hashOf, NEXT, swapTables, type Rebuilt } from './projections/rebuilding';

const LOOK_MS = 1_000;

/**
 * Runs one projection: its own group on the order log, its own tables. A rebuild rewinds the group and fills new tables while the old ones
 * still answer; when it has caught up they change places in one transaction.
 */
export class Projector {
  private subscriber: Subscriber | null = null;
  private suffix = '';
  private applied = 0;
  private currentAt: number;
  private watching: Promise<void> = Promise.resolve();
  private readonly ended = new AbortController();

  constructor(
    private readonly parts: Parts,
    readonly projection: Projection,
    private readonly onApplied: (event: LogEvent) => void,
    /** Other rows answer from now on. */
    private readonly onSwapped: () => void,
  ) {
    this.currentAt = parts.clock();
    dropTables(parts.database, projection, NEXT);
    createTables(parts.database, projection);
  }

  async start(): Promise<void> {
    const apply = async (event: LogEvent): Promise<void> => this.apply(event);
    this.subscriber = await this.parts.consume(
      projectionBinding(this.projection.name),
      withContracts(LOG_CONTRACTS, {
        ORDER_CREATED: (data, { at }) => apply({ type: 'ORDER_CREATED', data, at }),
        ORDER_PLACED: (data, { at }) => apply({ type: 'ORDER_PLACED', data, at }),
        PAYMENT_CONFIRMED: (data, { at }) => apply({ type: 'PAYMENT_CONFIRMED', data, at }),
        ORDER_SHIPPED: (data, { at }) => apply({ type: 'ORDER_SHIPPED', data, at }),
        ORDER_COMPLETED: (data, { at }) => apply({ type: 'ORDER_COMPLETED', data, at }),
        ORDER_CANCELLED: (data, { at }) => apply({ type: 'ORDER_CANCELLED', data, at }),
      }),
    );
  }

  /** Looks now and then how far behind the projection is. Ends with the service. */
  watch(): void {
    this.watching = this.look();
  }

  /** How old an answer may be: milliseconds since the projection was last seen at the end of the log. */
  staleMs(): number {
    return Math.max(0, this.parts.clock() - this.currentAt);
  }

  async rebuild(): Promise<Rebuilt> {
    const { database, transports } = this.parts;
    const before = hashOf(database, this.projection);
    await this.subscriber?.stop();
    dropTables(database, this.projection, NEXT);
    createTables(database, this.projection, NEXT);
    [this.suffix, this.applied] = [NEXT, 0];
    await transports.kafka.rewind(groupOf(this.projection.name), 'order-log');
    await this.start();
    while ((await this.lag()) > 0 && !this.parts.signal.aborted) await sleep(20);
    database.transaction(() => {
      swapTables(database, this.projection);
      this.suffix = '';
    });
    this.onSwapped();
    return { before, after: hashOf(database, this.projection), events: this.applied };
  }

  async stop(): Promise<void> {
    this.ended.abort();
    await this.subscriber?.stop();
    await this.watching;
  }

  crash(): void {
    this.ended.abort();
  }

  private apply(event: LogEvent): void {
    this.parts.database.transaction((tx) => this.projection.apply(tx, this.suffix, event));
    this.applied += 1;
    this.onApplied(event);
  }

  private lag(): Promise<number> {
    return this.parts.transports.kafka.lag(groupOf(this.projection.name), 'order-log');
  }

  private async look(): Promise<void> {
    const { clock, config, metrics } = this.parts;
    const signal = AbortSignal.any([this.parts.signal, this.ended.signal]);
    while (!signal.aborted) {
      const asked = clock();
      const lag = await this.lag().catch(() => null);
      if (lag === 0) this.currentAt = asked;
      metrics.projectionStalenessSeconds.set({ projection: this.projection.name }, this.staleMs() / 1_000);
      await sleep(config.time(LOOK_MS), undefined, { signal }).catch(() => {});
    }
  }
}
