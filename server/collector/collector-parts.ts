import type { Registry } from 'prom-client';
import type { BrokerName, Micros, ServiceName, TapName } from '@/lib/events/names';
import type { OwnRule } from '@/lib/events/recognise/own-rules';
import type { SagaDefinition } from '@/lib/sagas/saga';
import type { Broker } from '../brokers/broker';
import type { Bus } from '../bus/bus';
import type { Bodies } from '../decoding/bodies';
import type { Log } from '../log';
import type { Store } from '../store/store';

/** What the composition root hands to the collector. */
export interface CollectorParts {
  readonly store: Store;
  readonly bus: Bus;
  readonly brokers: readonly Broker[];
  readonly settings: CollectorSettings;
  readonly log: Log;
  readonly clock: () => Micros;
  readonly metrics: Registry;
  /** Decodes what needs a schema. */
  readonly bodies?: Bodies | undefined;
}

export interface CollectorSettings {
  readonly taps: readonly TapSettings[];
  readonly sagas: readonly SagaDefinition[];
  readonly serviceNames: Readonly<Record<string, ServiceName>>;
  /** How often everything is sampled, ms; watched inboxes every second. */
  readonly sampleEveryMs: number;
  /** Who holds the leases: `collector-<pid>`. */
  readonly owner: string;
  /** A user's own rules of recognition, before all others. */
  readonly rules?: readonly OwnRule[];
  /** How often a broker is asked for its picture, ms. */
  readonly pictureEveryMs?: number;
}

export interface TapSettings {
  readonly tap: TapName;
  readonly broker: BrokerName;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly startAt: 'beginning' | 'now';
  readonly maxBodyBytes: number;
  readonly maxBufferedBytes: number;
  readonly discoverEveryMs: number;
}
