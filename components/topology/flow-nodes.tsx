'use client';
import { memo, useCallback } from 'react';
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import type { TopologyNode, TopologyRates } from '@/lib/contract/topology';
import { formatRate } from '@/lib/time/format';
import { Icon, type IconName } from '@/components/ui/icon';
import { Lamp, lampOfLevel } from '@/components/ui/lamp';
import { channelIcons, channelTitles } from '@/components/ui/tags';
import type { PlacedNode } from './flow-model';
import { GroupPlate } from './group-plate';
import { sumRates, useRates, type RatesStore } from './rates-store';
import styles from './topology.module.css';

export interface FlowNodeData extends Record<string, unknown> {
  readonly placed: PlacedNode;
  readonly store: RatesStore;
  readonly selected: boolean;
  /** Stands in both outer columns. */
  readonly both: boolean;
}

export type FlowNode = Node<FlowNodeData, 'place'>;

/** One plate of the picture. Its structure comes by props, its numbers from the live store: a new number draws one line of one plate again. */
export const FlowNodeView = memo(function FlowNodeView({ data }: NodeProps<FlowNode>) {
  const { placed, selected } = data;
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      {placed.node.kind === 'group' ? (
        <GroupPlate node={placed.node} store={data.store} />
      ) : placed.node.kind === 'service' ? (
        <ServicePlate {...data} node={placed.node} />
      ) : placed.node.kind === 'channel' ? (
        <ChannelPlate {...data} node={placed.node} />
      ) : (
        <InboxPlate {...data} node={placed.node} />
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} />
      {selected ? <span className="visually-hidden">selected</span> : null}
    </>
  );
});

type PlateProps<Kind extends TopologyNode['kind']> = FlowNodeData & { readonly node: Extract<TopologyNode, { kind: Kind }> };

const classes = (...names: (string | false | undefined)[]): string => names.filter(Boolean).join(' ');

function ServicePlate({ node, placed, store, selected, both }: PlateProps<'service'>) {
  const unknown = node.unknown !== null;
  const select = useCallback(
    (rates: TopologyRates) => formatRate(sumRates(rates, placed.column === 0 ? placed.outEdges : placed.inEdges)),
    [placed],
  );
  const rate = useRates(store, select);
  const members = placed.column === 3 && node.members !== null ? `${node.members} ${node.members === 1 ? 'member' : 'members'}` : rate;
  return (
    <button
      type="button"
      className={classes(styles.node, unknown ? styles.unknown : styles.service, selected && styles.selected)}
      title={node.unknown ?? node.title}
    >
      <span className={styles.name}>
        <Icon name={unknown ? 'unknown-service' : both ? 'both-ways' : 'service'} size={14} />
        <span>{unknown ? 'Unknown producer' : node.title}</span>
      </span>
      <span className={styles.status}>
        <span className="truncate">{unknown ? `${rate}, no source name` : members}</span>
      </span>
    </button>
  );
}

function ChannelPlate({ node, placed, store, selected }: PlateProps<'channel'>) {
  const select = useCallback(
    (rates: TopologyRates) => (sumRates(rates, placed.inEdges) + sumRates(rates, placed.outEdges) > 0 ? 1 : 0),
    [placed],
  );
  const flowing = useRates(store, select);
  const words =
    node.unreadable !== null
      ? 'not readable'
      : node.partitions === null
        ? channelTitles[node.channelKind]
        : `${channelTitles[node.channelKind]}, ${node.partitions} ${node.partitions === 1 ? 'partition' : 'partitions'}`;
  const idle = flowing === 0 && placed.inEdges.length === 0;
  return (
    <button
      type="button"
      className={classes(styles.node, styles.channel, styles[node.system], idle && styles.idle, selected && styles.selected)}
      title={node.unreadable ?? `${node.title}, ${channelTitles[node.channelKind]} on ${node.broker}`}
    >
      <span className={styles.name}>
        <Icon name={channelIcons[node.channelKind]} size={14} />
        <span>{node.title}</span>
      </span>
      <span className={styles.status}>
        {node.unreadable !== null && <Lamp kind="off" size={9} label="not readable" />}
        <span className="truncate">{words}</span>
      </span>
    </button>
  );
}

function InboxPlate({ node, placed, store, selected }: PlateProps<'inbox'>) {
  const id = placed.node.id;
  const text = useRates(
    store,
    useCallback((rates: TopologyRates) => rates.inboxes[id]?.text ?? null, [id]),
  );
  const level = useRates(
    store,
    useCallback((rates: TopologyRates) => rates.inboxes[id]?.level ?? 'off', [id]),
  ) as 'ok' | 'warn' | 'bad' | 'off';
  const icon: IconName = node.deadLetter ? 'dead-letter-inbox' : node.inboxKind;
  const idle = placed.inEdges.length === 0 && !node.deadLetter;
  return (
    <button
      type="button"
      className={classes(
        styles.node,
        styles.inbox,
        styles[node.system],
        node.deadLetter && styles.deadLetter,
        idle && styles.idle,
        !node.deadLetter && (level === 'warn' || level === 'bad') && styles[`level-${level}`],
        selected && styles.selected,
      )}
      title={`${node.title}, ${node.inboxKind} on ${node.broker}${node.deadLetterWhy ? `; ${node.deadLetterWhy}` : ''}`}
    >
      <span className={styles.name}>
        <Icon name={icon} size={14} />
        <span>{node.title}</span>
      </span>
      <span className={styles.status}>
        <Lamp kind={lampOfLevel(level)} size={9}>
          <span className="truncate">{text ?? 'not sampled yet'}</span>
        </Lamp>
      </span>
    </button>
  );
}
