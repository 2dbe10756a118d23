import type { EventId, Evidence, InboxName, Micros } from '@/lib/events/names';

/**
 * What is concluded about one trace beside its events (lib/contract/traces.ts, `TraceView.story`). Every part is optional: a part that is
 * absent was not computed, and a screen then draws what the events alone say. Times are µs since 1970 unless the name ends in `Ms`.
 */
export interface TraceStory {
  /** One entry per event that has, or names, a cause; an event without an entry is a root. */
  readonly parents?: readonly EventParent[];
  /** One entry per event and inbox it went to. */
  readonly consumption?: readonly EventConsumption[];
  readonly marks?: readonly EventMark[];
  /** Set when the events were joined by something else than one trace id. */
  readonly flow?: TraceFlow;
}

/** How the parent of an event is known, the strongest link first. */
export type ParentRule =
  /** One of our replays and the letter it sent again. */
  | 'replay'
  /** A dead letter and its original: origin topic, partition and offset, `x-death`, or message id. */
  | 'dead-letter'
  /** Causation id ↔ message id. */
  | 'causation'
  /** W3C, B3 or other parent span ↔ span. */
  | 'span'
  /** A reply and its request: correlation id ↔ message id, or one correlation id for both and the place that the request named. */
  | 'reply'
  /** An earlier copy of the same message. */
  | 'retry'
  /** Order of time within the same business key. */
  | 'key'
  /** Order of time alone. */
  | 'time';

export interface EventParent {
  readonly event: EventId;
  /** `null`: it names a cause that nobody saw (`named` says which). */
  readonly parent: EventId | null;
  /** `seen`: ids say it. `inferred`: concluded from order. */
  readonly evidence: Exclude<Evidence, 'declared'>;
  readonly rule: ParentRule;
  /** The id that joined them, or that leads nowhere: `causation id 7f3c`. For people; `null` when only time joined them. */
  readonly named: string | null;
}

/**
 * Whether an inbox is past this event.
 *
 * | state | meaning | fields |
 * |---|---|---|
 * | `consumed-between` | the committed offset passed it between two samples, or its effect was seen | `from` (exclusive), `to` (inclusive); `from` null = before `to`, older than the samples |
 * | `not-yet` | it waits | `behind`: events of this inbox that come before it and wait too; null = not known |
 * | `no-members` | it waits and nobody reads: the group or queue has no consumer | `behind` |
 * | `dead-lettered` | it left the inbox as a dead letter | `to`: when the letter was seen |
 * | `skipped-or-consumed` | the group was reset past it, or made after it | – |
 * | `unknown` | this broker does not tell (RabbitMQ without an effect), or there is no sample | – |
 */
export interface EventConsumption {
  readonly event: EventId;
  readonly inbox: InboxName;
  /** How the inbox is known to have got it. */
  readonly evidence: Evidence;
  readonly state: 'consumed-between' | 'not-yet' | 'no-members' | 'dead-lettered' | 'skipped-or-consumed' | 'unknown';
  readonly from: Micros | null;
  readonly to: Micros | null;
  readonly behind: number | null;
  /** Why we think so, for people: `committed offset 1204 of group billing`, `queue is empty`. */
  readonly why: string;
}

/** Something about one event that deserves a word. `text` says it whole; `other` is the event it is about, when there is one. */
export interface EventMark {
  readonly event: EventId;
  readonly kind:
    /** Same message id or event id twice. */
    | 'duplicate'
    /** An older version of its business key came after a newer one. */
    | 'out-of-order'
    /** Its type was seen with another version or shape. */
    | 'version-drift'
    /** Its name breaks the naming rule of its channel. */
    | 'naming'
    /** Its clock says it was before its cause. */
    | 'clock-skew'
    | 'missing-parent'
    /** It names no cause, and it is not the first: the trace has several beginnings. */
    | 'another-root'
    /** Causes form a circle, which was cut here. */
    | 'cycle'
    /** The sender said that it did not sample this trace: parts may be missing. */
    | 'not-sampled';
  readonly text: string;
  readonly other: EventId | null;
}

/** What joined events that carry no common trace id. */
export interface TraceFlow {
  /** `order id ord_7F3K2291`, `correlation id 81c2`. */
  readonly joinedBy: string;
  readonly rule: 'correlation' | 'conversation' | 'causation' | 'reply' | 'business-key' | 'bridged';
  readonly evidence: Exclude<Evidence, 'declared'>;
  /** Trace ids that were found on the way, when there is more than one or it was bridged. */
  readonly traceIds: readonly string[];
  /** Set where joining stopped at its limit: events joined, and the limit. */
  readonly cappedAt: number | null;
}
