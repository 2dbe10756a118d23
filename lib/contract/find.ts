import type { BrokerName, BrokerSystem } from '@/lib/events/names';
import type { EventRow } from './traces';

/** What the palette's field finds: ids first, then places. Every hit says where it leads. */
export interface FindView {
  readonly asked: string;
  /** The asked text is an id of something that was seen: the events that carry it, newest first. */
  readonly ids: readonly IdHit[];
  readonly places: readonly PlaceHit[];
}

export interface IdHit {
  /** Which id it is: `traceId`, `messageId`, `correlationId`, `businessKey order`, … */
  readonly field: string;
  readonly value: string;
  readonly event: EventRow;
  readonly href: string;
}

export interface PlaceHit {
  readonly kind: 'service' | 'channel' | 'inbox' | 'saga';
  readonly title: string;
  readonly broker: BrokerName | null;
  readonly system: BrokerSystem | null;
  readonly href: string;
}
