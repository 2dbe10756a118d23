import type { ReactNode } from 'react';
import type { BrokerSystem } from '@/lib/events/names';
import type { ChannelKind } from '@/lib/topology/broker-picture';
import { Icon, type IconName } from './icon';
import styles from './marks.module.css';

/** The hue of a broker: `tone-kafka`, `tone-rabbitmq`, `tone-inproc`. */
export const toneOf = (system: BrokerSystem, inProcess = false): string => (inProcess ? 'tone-inproc' : `tone-${system}`);

export const systemTitles: Record<BrokerSystem, string> = { kafka: 'Kafka', rabbitmq: 'RabbitMQ' };

export interface BrokerTagProps {
  readonly system: BrokerSystem;
  readonly inProcess?: boolean;
  readonly children?: ReactNode;
  readonly size?: number;
}

/** Kafka: log glyph, blue. RabbitMQ: fan glyph, plum. In-process: ring, grey. */
export function BrokerTag({ system, inProcess = false, children, size = 14 }: BrokerTagProps) {
  return (
    <span className={styles.tag}>
      <Icon
        name={inProcess ? 'in-process' : system}
        size={size}
        className={toneOf(system, inProcess)}
        label={children === undefined ? systemTitles[system] : undefined}
      />
      {children !== undefined && <span>{children}</span>}
    </span>
  );
}

export const channelIcons: Record<ChannelKind, IconName> = {
  topic: 'topic',
  'exchange-topic': 'exchange-topic',
  'exchange-direct': 'exchange-direct',
  'exchange-fanout': 'exchange-fanout',
  'exchange-headers': 'exchange-headers',
  'exchange-other': 'exchange-other',
};

export const channelTitles: Record<ChannelKind, string> = {
  topic: 'topic',
  'exchange-topic': 'topic exchange',
  'exchange-direct': 'direct exchange',
  'exchange-fanout': 'fanout exchange',
  'exchange-headers': 'headers exchange',
  'exchange-other': 'exchange',
};

export interface PlaceTagProps {
  readonly system: BrokerSystem;
  readonly inProcess?: boolean;
  readonly size?: number;
  readonly children?: ReactNode;
}

/** A channel's name with its kind. Where only the system is known, a topic or an exchange is drawn. */
export function ChannelTag({ system, inProcess, kind, size = 14, children }: PlaceTagProps & { readonly kind?: ChannelKind }) {
  return (
    <span className={styles.tag}>
      <Icon
        name={channelIcons[kind ?? (system === 'kafka' ? 'topic' : 'exchange-topic')]}
        size={size}
        className={toneOf(system, inProcess)}
      />
      <span>{children}</span>
    </span>
  );
}

/** An inbox's name: group, queue, or dead-letter inbox. */
export function InboxTag({
  system,
  inProcess,
  deadLetter = false,
  size = 14,
  children,
}: PlaceTagProps & { readonly deadLetter?: boolean }) {
  const icon: IconName = deadLetter ? 'dead-letter-inbox' : system === 'kafka' ? 'group' : 'queue';
  return (
    <span className={styles.tag}>
      <Icon name={icon} size={size} className={toneOf(system, inProcess)} />
      <span>{children}</span>
    </span>
  );
}

/** A service's name; `null` is an unknown producer and says so. */
export function ServiceTag({
  name,
  bothWays = false,
  size = 14,
}: {
  readonly name: string | null;
  readonly bothWays?: boolean;
  readonly size?: number;
}) {
  return (
    <span className={`${styles.tag} ${name === null ? 'quiet' : ''}`}>
      <Icon name={name === null ? 'unknown-service' : bothWays ? 'both-ways' : 'service'} size={size} className="muted" />
      <span>{name ?? 'unknown producer'}</span>
    </span>
  );
}

/** Event dot, retry hollow, failed diamond. */
export function EventMark({ kind, size = 12 }: { readonly kind: 'event' | 'retry' | 'failed'; readonly size?: number }) {
  if (kind === 'failed') return <Icon name="event-failed" size={size} className="tone-bad" label="dead letter" />;
  return <Icon name={kind === 'retry' ? 'event-retry' : 'event'} size={size} className="muted" label={kind} />;
}
