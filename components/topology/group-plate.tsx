'use client';
import { useCallback } from 'react';
import type { TopologyRates } from '@/lib/contract/topology';
import type { NodeGroup } from '@/lib/topology/group-picture';
import { Icon, type IconName } from '@/components/ui/icon';
import { sumRates, useRates, type RatesStore } from './rates-store';
import styles from './topology.module.css';

/** As many as fit on one line of a plate; the number beside the name says how many there are. */
const MOST_CELLS = 15;

/** Many nodes as one plate: a cell for each, the stronger the busier; what needs a look comes first and has a shape of its own. */
export function GroupPlate({ node, store }: { readonly node: NodeGroup; readonly store: RatesStore }) {
  const cells = useRates(
    store,
    useCallback((rates: TopologyRates) => cellsOf(node, rates), [node]),
  );
  const icon: IconName =
    node.of === 'service'
      ? 'service'
      : node.deadLetter
        ? 'dead-letter-inbox'
        : node.of === 'channel'
          ? node.system === 'kafka'
            ? 'topic'
            : 'exchange-topic'
          : node.system === 'kafka'
            ? 'group'
            : 'queue';
  const look =
    node.of === 'service' ? styles.service : `${node.of === 'channel' ? styles.channel : styles.inbox} ${styles[node.system ?? 'kafka']}`;
  return (
    <button
      type="button"
      className={`${styles.node} ${look}`}
      aria-label={`Open group ${node.title}, ${node.members.length} members`}
      title={`${node.title}: ${node.members.length}. Click to open`}
    >
      <span className={styles.name}>
        <Icon name="plus" size={11} />
        <Icon name={icon} size={14} />
        <span>{node.title}</span>
        <span className={styles.memberCount}>{node.members.length}</span>
      </span>
      <span className={styles.cells} aria-hidden="true">
        {[...cells].slice(0, MOST_CELLS).map((cell, index) => (
          <i key={index} data-cell={cell} />
        ))}
      </span>
    </button>
  );
}

/** One letter a member: b bad, w warn, 3 2 1 busy by powers of ten, 0 idle; trouble first. */
export function cellsOf(node: NodeGroup, rates: TopologyRates): string {
  return node.members
    .map((member, index) => {
      const level = rates.inboxes[member.id]?.level;
      if (level === 'bad') return 'b';
      if (level === 'warn') return 'w';
      const rate = sumRates(rates, node.ways[index] ?? []);
      return rate <= 0 ? '0' : rate < 1 ? '1' : rate < 20 ? '2' : '3';
    })
    .toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
    .join('');
}

const order = 'bw3210';
