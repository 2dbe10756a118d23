import type { BrokerName, BrokerSystem, ChannelName, Evidence, InboxName, Micros, ServiceName } from '@/lib/events/names';
import type { ChannelKind } from '@/lib/topology/broker-picture';
import type { EventRow } from './traces';
import type { NamedSeries } from './samples';

/** `service:<name>`, `channel:<broker>/<channel>`, `inbox:<broker>/<inbox>`, `service:?<broker>/<channel>` for an unknown producer. */
export type NodeId = string;
/** `<kind>:<from node>→<to node>` */
export type EdgeId = string;

export interface TopologyView {
  readonly at: Micros;
  /** Live sequence this is a snapshot of. */
  readonly seq: number;
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
  readonly attention: readonly Attention[];
  /** ≤ 120 steps of the last hour: events and dead letters. */
  readonly pulse: readonly { readonly at: Micros; readonly events: number; readonly errors: number }[];
  readonly gaps: readonly { readonly at: Micros; readonly broker: BrokerName; readonly count: number | null; readonly reason: string }[];
}

export type TopologyNode =
  | {
      readonly id: NodeId;
      readonly kind: 'service';
      readonly title: ServiceName;
      readonly unknown: string | null;
      readonly publishes: boolean;
      readonly consumes: boolean;
      readonly members: number | null;
    }
  | {
      readonly id: NodeId;
      readonly kind: 'channel';
      readonly broker: BrokerName;
      readonly system: BrokerSystem;
      readonly inProcess: boolean;
      readonly title: ChannelName;
      readonly channelKind: ChannelKind;
      readonly partitions: number | null;
      readonly deadLetter: boolean;
      readonly unreadable: string | null;
    }
  | {
      readonly id: NodeId;
      readonly kind: 'inbox';
      readonly broker: BrokerName;
      readonly system: BrokerSystem;
      readonly inProcess: boolean;
      readonly title: string;
      readonly inbox: InboxName;
      readonly inboxKind: 'queue' | 'group';
      readonly deadLetter: boolean;
      readonly deadLetterWhy: string | null;
      /** A step of a retry ladder, by its wiring: messages wait here until their time is over, and nobody reads it by design. */
      readonly waits?: true;
    };

export interface TopologyEdge {
  readonly id: EdgeId;
  readonly kind: 'publish' | 'route' | 'consume' | 'dead-letter';
  readonly from: NodeId;
  readonly to: NodeId;
  readonly broker: BrokerName;
  readonly system: BrokerSystem;
  /** Strongest first; `seen` carries a rate, `declared` alone is drawn hollow, `inferred` dotted. */
  readonly evidence: readonly { readonly kind: Evidence; readonly text: string; readonly at: Micros | null }[];
  /** Events in the asked window. */
  readonly count: number;
}

/** Absolute values per edge and node of this moment; live outside `nodes`/`edges` so that the picture keeps its identity. */
export interface TopologyRates {
  /** edge id → events per second (10 s window) and share that failed, 0…1. */
  readonly edges: Readonly<Record<EdgeId, { readonly rate: number; readonly errorShare: number }>>;
  /** inbox node id → what waits there, with the verdict's mark. */
  readonly inboxes: Readonly<
    Record<
      NodeId,
      { readonly waiting: number | null; readonly verdict: string; readonly text: string; readonly level: 'ok' | 'warn' | 'bad' | 'off' }
    >
  >;
}

export interface Attention {
  readonly level: 'warn' | 'bad';
  readonly text: string;
  readonly detail: string;
  readonly href: string;
}

/** Side panel for a node or an edge. */
export interface TopologyDetail {
  readonly id: string;
  readonly series: readonly NamedSeries[];
  readonly recent: readonly EventRow[];
  readonly types: readonly { readonly type: string; readonly count: number; readonly failed: number }[];
  readonly causes: readonly { readonly cause: string; readonly count: number }[];
}
