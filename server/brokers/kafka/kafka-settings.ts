import type { BrokerName } from '@/lib/events/names';

/** How one Kafka cluster is reached. Values come from the configuration; nothing here is logged. */
export interface KafkaSettings {
  readonly name: BrokerName;
  /** `host:port`, one or more; the others are learnt from the cluster. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  readonly sasl?: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string };
  readonly tls?: boolean | KafkaTls;
  /** Read as a member of this group of ours, so that several collectors share the partitions. Without: no group, the store keeps the position. */
  readonly group?: string;
  /** Default `read-committed`: what was rolled back is not an event. */
  readonly isolation?: 'read-committed' | 'read-uncommitted';
}

export interface KafkaTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}
