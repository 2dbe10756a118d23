'use client';

import type { TraceView } from '@/lib/contract/traces';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import styles from './traces.module.css';

export interface TimelineLegendProps {
  readonly trace: TraceView;
  readonly path: boolean;
  readonly onPath: (on: boolean) => void;
}

/** What is drawn how, and the critical path on or off. */
export function TimelineLegend({ trace, path, onPath }: TimelineLegendProps) {
  const worked = trace.story?.consumption?.some(({ state }) => state === 'consumed-between') ?? false;
  return (
    <div className={styles.legend}>
      <span>
        <Icon name="event" size={12} /> published
      </span>
      {worked && (
        <>
          <span>
            <i className={styles.legendBar} aria-hidden="true" />
            <i className={styles.legendWork} aria-hidden="true" /> waited in an inbox, then taken and done within
          </span>
        </>
      )}
      <span>
        <i className={styles.legendBar} aria-hidden="true" /> {worked ? 'alone: ' : ''}waited or processed, until what followed
      </span>
      <span>
        <Icon name="dead-letter-inbox" size={13} className="tone-bad" /> dead letter
      </span>
      <span>
        <b aria-hidden="true">R1</b> replay
      </span>
      <span>
        <b aria-hidden="true">{'//'}</b> time left out
      </span>
      <span className="grow" />
      <Button look="quiet" aria-pressed={path} onClick={() => onPath(!path)} title="The chain of causes that ended last">
        <i className={styles.legendPath} aria-hidden="true" /> critical path {path ? 'shown' : 'hidden'}
      </Button>
    </div>
  );
}
