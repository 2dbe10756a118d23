import type { BrokerName, BrokerSystem, ChannelName, EventId, Evidence, InboxName, Micros, ServiceName, TraceId } from '@/lib/events/names';
import type { BusinessKey, ClockOwner, Failure, FailureOrigin, RoutedInbox, TraceContext, Why } from '@/lib/events/observed-event';
import type { BaggageItem } from '@/lib/events/baggage';
import type { Saying } from '@/lib/events/recognise/sayings';
import type { Cut } from './common';
import type { ParentRule, TraceStory } from './trace-story';

/** One event as a row of any list: no bodies, no headers. */
export interface EventRow {
  readonly id: EventId;
  readonly broker: BrokerName;
  readonly system: BrokerSystem;
  readonly channel: ChannelName;
  readonly partition: number | null;
  readonly offset: number | null;
  readonly routingKey: string | null;
  readonly key: string | null;
  readonly type: string | null;
  readonly source: ServiceName | null;
  readonly traceId: TraceId | null;
  readonly spanId: string | null;
  readonly parentSpanId: string | null;
  readonly messageId: string | null;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  /** Only where sagas are folded: live rows and `eventsOfTypes`. */
  readonly sagaId?: string | null;
  readonly businessKeys: readonly BusinessKey[];
  readonly attempt: number | null;
  readonly publishedAt: Micros | null;
  readonly publishedAtBy: ClockOwner | null;
  readonly observedAt: Micros;
  readonly bodySize: number;
  readonly inboxes: readonly RoutedInbox[];
  readonly deadLetter: boolean;
  readonly failureCause: string | null;
  readonly replayId: string | null;
  readonly replayOf: EventId | null;
  /** Read with the events of a trace only, as are the next seven. */
  readonly conversationId?: string | null;
  readonly replyTo?: string | null;
  readonly version?: string | null;
  /** In the schema registry, where the body begins with it. */
  readonly schemaId?: number | null;
  /** The sender's word; `false` = parts of the trace may be missing elsewhere. */
  readonly sampled?: boolean | null;
  /** Of a dead letter: where it first was, as its headers say. */
  readonly origin?: FailureOrigin | null;
  /** Of a dead letter: the inbox that it last died in. */
  readonly diedIn?: InboxName | null;
}

export interface TraceSummary {
  readonly traceId: TraceId;
  /** Type of the first event. */
  readonly title: string | null;
  readonly first: Micros;
  readonly last: Micros;
  readonly events: number;
  /** Events seen on dead-letter channels. */
  readonly errors: number;
  readonly services: readonly ServiceName[];
  readonly brokers: readonly { readonly broker: BrokerName; readonly system: BrokerSystem }[];
  readonly businessKeys: readonly BusinessKey[];
  /** No trace id was said: these events share another id (`traceId` is a flow's name, lib/traces/flow-ref.ts). */
  readonly inferred?: boolean;
}

export interface TracesPage {
  readonly traces: readonly TraceSummary[];
  /** Give it back as `after` for the next page; null at the end. */
  readonly next: string | null;
  readonly cut: Cut | null;
  /** ≤ 300 steps over the asked range. */
  readonly histogram: readonly { readonly at: Micros; readonly events: number; readonly errors: number }[];
  /** When an id was asked: in which field it was found. */
  readonly foundBy: { readonly field: string; readonly value: string } | null;
  /** What was looked at whole, µs; `null` when an id was looked up, which needs no time. */
  readonly searched: { readonly from: Micros; readonly to: Micros } | null;
  /** The line was not understood, and where; nothing was searched then. */
  readonly problem: { readonly at: number; readonly length: number; readonly text: string } | null;
}

/** A value of a field beside how many traces and flows have it, under what the search says of the other fields. */
export interface Facet {
  readonly field: FacetField;
  readonly values: readonly { readonly value: string; readonly traces: number }[];
}

export const FACET_FIELDS = ['status', 'service', 'channel', 'type'] as const;
export type FacetField = (typeof FACET_FIELDS)[number];

/** One node of the tree of a trace (lib/traces/assemble-trace.ts). */
export interface TraceNode {
  readonly event: EventRow;
  readonly parent: EventId | null;
  readonly depth: number;
  /** How the parent is known (lib/traces/link-events.ts), the strongest link first; `key` and `time` are concluded from order. */
  readonly joinedBy: 'root' | ParentRule;
  /** The id that joined it, or that leads nowhere, for people: `causation id 7f3c`. */
  readonly named?: string | null;
  /** The cause it names was not seen. */
  readonly orphan: boolean;
  /** Its clock says it was before its cause. */
  readonly skewMicros: Micros | null;
}

export interface TraceView {
  readonly traceId: TraceId;
  /** Depth first, causes before effects. */
  readonly nodes: readonly TraceNode[];
  readonly first: Micros;
  readonly last: Micros;
  readonly services: readonly ServiceName[];
  readonly errors: number;
  readonly cut: Cut | null;
  /** Parents, consumption, marks and flow, where they were computed. */
  readonly story?: TraceStory;
}

export interface HeaderView {
  readonly name: string;
  readonly wire: string;
  /** Text or JSON of a nested value, cut at 4 kB. */
  readonly text: string;
  readonly size: number;
  readonly isText: boolean;
}

export interface EventDetail {
  readonly row: EventRow;
  readonly version: string | null;
  readonly sourceEvidence: Evidence | null;
  readonly conversationId: string | null;
  readonly sagaId: string | null;
  readonly replyTo: string | null;
  readonly framework: string | null;
  readonly why: readonly Why[];
  /** What else was said of a field and not taken, in the order of trust. */
  readonly losers: readonly Saying[];
  readonly contexts: readonly TraceContext[];
  readonly baggage: readonly BaggageItem[];
  readonly headers: readonly HeaderView[];
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  readonly body: BodyView;
  readonly schema: SchemaView | null;
  /** The record's key, where it was written with a schema; `row.key` is what it looks like without. */
  readonly decodedKey?: KeyView | null;
  /** Why recognition could not look into the body, when it was seen. */
  readonly bodyProblem: string | null;
  readonly failure: Failure | null;
  /** Inboxes of the same event id/dead letters, links. */
  readonly deadLetters: readonly EventId[];
  readonly inboxes: readonly { readonly inbox: InboxName; readonly evidence: Evidence }[];
}

/** What an event is compared with: the one before it about the same thing; `null` when there is none within a day. */
export interface PreviousEvent {
  /** The business key that joins them; `null` when the event has none. */
  readonly key: BusinessKey | null;
  readonly event: EventDetail | null;
}

/** One trace with what was read of its events, to be kept as a file (lib/traces/read-trace-file.ts). */
export interface TraceExport {
  readonly trace: TraceView;
  /** The first events whole; bodies as a screen gets them. */
  readonly details: readonly EventDetail[];
  readonly exportedAt: Micros;
}

/** The schema a body or key was written with. */
export interface SchemaView {
  /** In the registry; `null` for a message of a given descriptor file. */
  readonly id: number | null;
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON' | null;
  readonly subject: string | null;
  readonly version: number | null;
  /** Why nothing more is known of it, or why the body was not held against it. */
  readonly problem: string | null;
  /** JSON Schema: what the body breaks of it, a line each; empty = it keeps to it, `null` = not checked. */
  readonly breaks: readonly string[] | null;
}

export interface KeyView {
  /** JSON, a lone text without its quotes; `null` with the reason in `problem`. Hostile: show as text only. */
  readonly text: string | null;
  /** `0x…`, cut at 256 bytes. */
  readonly bytes: string;
  readonly problem: string | null;
  readonly schema: SchemaView | null;
}

export interface BodyView {
  /** `none` is a tombstone (null). */
  readonly kind: 'json' | 'text' | 'binary' | 'none';
  /** Pretty text where it is text. Hostile: show as text only. */
  readonly text: string | null;
  /** Raw bytes, base64; ≤ 64 kB. */
  readonly bytes: string;
  readonly size: number;
  readonly storedSize: number;
  readonly problem: string | null;
}
