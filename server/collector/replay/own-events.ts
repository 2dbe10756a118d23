import { isAppError } from '@/lib/errors';
import type { TapName } from '@/lib/events/names';
import type { RawRecord } from '@/lib/events/observed-event';
import type { ReplayMessage } from '@/lib/dead-letters/replay-message';
import type { Rules } from '@/lib/events/recognise/compile-rules';
import type { Store, StoredBatch } from '../../store/store';
import type { BrokerView } from '../ingest/broker-view';
import { prepareBatch } from '../ingest/prepare-batch';

export interface OwnEventsParts {
  readonly store: Pick<Store, 'acquireLease' | 'tapPosition' | 'append'>;
  readonly rules: Rules;
  readonly owner: string;
  readonly clock: () => number;
  readonly onStored: (batch: StoredBatch) => void;
}

/**
 * What we sent through the default exchange of RabbitMQ: no tap can see it, so our own record is the evidence [L30]. One small tap per broker
 * (`eventyard.replay.<broker>`), whose batches hold one event each. Written one at a time, in the order of sending.
 */
export class OwnEvents {
  private readonly taps = new Map<TapName, { readonly epoch: number; number: number }>();
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly parts: OwnEventsParts) {}

  record(view: BrokerView, message: ReplayMessage): Promise<void> {
    const written = this.last.then(() => this.write(view, message));
    this.last = written.catch(() => undefined);
    return written;
  }

  private async write(view: BrokerView, message: ReplayMessage): Promise<void> {
    const tap: TapName = `eventyard.replay.${view.broker}`;
    try {
      await this.append(tap, view, message);
    } catch (error) {
      // Another collector wrote here since: its numbers are behind us now.
      if (!isAppError(error) || error.code !== 'store-fenced') throw error;
      this.taps.delete(tap);
      await this.append(tap, view, message);
    }
  }

  private async append(tap: TapName, view: BrokerView, message: ReplayMessage): Promise<void> {
    const { store, rules, onStored } = this.parts;
    const place = this.taps.get(tap) ?? (await this.open(tap));
    const number = place.number + 1;
    const batch = await prepareBatch(
      { number, generation: 1, records: [this.toRecord(message)], gaps: [], offsets: new Map() },
      { tap, epoch: place.epoch },
      view,
      rules,
    );
    await store.append(batch);
    place.number = number;
    onStored(batch);
  }

  private async open(tap: TapName): Promise<{ readonly epoch: number; number: number }> {
    const { epoch } = await this.parts.store.acquireLease(tap, this.parts.owner);
    const { batch } = await this.parts.store.tapPosition(tap);
    const place = { epoch, number: batch };
    this.taps.set(tap, place);
    return place;
  }

  private toRecord({ to, key, headers, body }: ReplayMessage): RawRecord {
    const now = this.parts.clock();
    const queue = to.kind === 'queue' ? to.queue : null;
    return {
      channel: '',
      partition: null,
      offset: null,
      routingKey: queue,
      key,
      headers,
      body,
      bodySize: body?.length ?? 0,
      publishedAt: now,
      publishedAtBy: 'producer',
      observedAt: now,
      inboxes: queue === null ? [] : [{ inbox: queue, evidence: 'seen' }],
    };
  }
}
