import type { BrokerName, BrokerSystem, ChannelName, EventId, InboxName, Micros, ServiceName } from '@/lib/events/names';
import type { Failure } from '@/lib/events/observed-event';
import type { Cut } from './common';
import type { EventDetail, EventRow } from './traces';

export interface DeadLettersView {
  readonly groups: readonly DeadLetterGroup[];
  readonly total: number;
  readonly cut: Cut | null;
  /** Dead-letter inboxes that can only be counted (default exchange): named, with the count. */
  readonly countedOnly: readonly { readonly broker: BrokerName; readonly inbox: InboxName; readonly ready: number | null }[];
}

export interface DeadLetterGroup {
  /** Stable: hash-free text of cause, message pattern, inbox. */
  readonly id: string;
  readonly cause: string;
  readonly message: string | null;
  readonly broker: BrokerName;
  readonly system: BrokerSystem;
  readonly failedIn: InboxName | null;
  readonly consumer: ServiceName | null;
  readonly count: number;
  readonly first: Micros;
  readonly last: Micros;
  /** ≤ 60 steps over the asked range. */
  readonly spark: readonly number[];
}

export interface DeadLetterRow {
  readonly event: EventRow;
  readonly failure: Failure | null;
  readonly state: 'waiting' | 'replayed' | 'back-again' | 'uncertain';
  readonly replays: readonly ReplayRecord[];
}

export interface DeadLetterPage {
  readonly letters: readonly DeadLetterRow[];
  readonly next: string | null;
  readonly cut: Cut | null;
}

export interface DeadLetterDetail {
  readonly letter: DeadLetterRow;
  readonly detail: EventDetail;
  /** The event it was before it died, where it was seen. */
  readonly original: EventRow | null;
  /** Events of the same business key seen after it. */
  readonly newer: readonly EventRow[];
}

export interface ReplayRecord {
  readonly replayId: string;
  readonly letter: EventId;
  readonly by: string;
  readonly reason: string;
  readonly intendedAt: Micros;
  readonly outcome: ReplayOutcome | null;
  readonly outcomeAt: Micros | null;
  /** The event that the replay became, once it was seen. */
  readonly replayedAs: EventId | null;
}

export type ReplayOutcome = 'sent-and-taken' | 'sent-not-taken' | 'sent-and-marked' | 'not-sent' | 'uncertain';

export interface ReplayPreview {
  readonly items: readonly ReplayPlanItem[];
  readonly refusal: string | null;
}

export interface ReplayPlanItem {
  readonly letter: EventId;
  readonly broker: BrokerName;
  readonly way: 'inbox' | 'channel';
  readonly ways: readonly ('inbox' | 'channel')[];
  readonly target:
    | { readonly kind: 'queue'; readonly queue: InboxName }
    | { readonly kind: 'channel'; readonly channel: ChannelName; readonly routingKey: string | null };
  /** Everybody who will get it: on Kafka every group of the topic. */
  readonly receivers: readonly { readonly inbox: InboxName; readonly intended: boolean }[];
  /** `taken`: it leaves its queue after the confirm. `marked`: Kafka, it stays and is marked replayed. */
  readonly afterwards: 'taken' | 'marked';
  readonly takenFrom: InboxName | null;
  readonly warnings: readonly {
    readonly code: 'already-replayed' | 'newer-event' | 'target-missing' | 'no-consumers' | 'body-cut' | 'returned-before';
    readonly text: string;
    readonly blocks: boolean;
  }[];
  readonly droppedHeaders: readonly string[];
  readonly addedHeaders: readonly { readonly name: string; readonly value: string }[];
}

export interface ReplayReport {
  readonly replayId: string;
  readonly items: readonly { readonly letter: EventId; readonly outcome: ReplayOutcome; readonly detail: string; readonly at: Micros }[];
  readonly refused: string | null;
}
