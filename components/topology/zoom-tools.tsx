'use client';

import type { ReactNode } from 'react';
import { useReactFlow, useStore } from '@xyflow/react';
import { Icon } from '@/components/ui/icon';
import { useKeys } from '@/components/ui/keys';
import styles from './topology.module.css';

/** No flight for who asked for none, ms. */
export const still = (): number => (window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 180);

export interface ZoomToolsProps {
  /** Brings everything into view. */
  readonly onFit: () => void;
  readonly children?: ReactNode;
}

/** How near one looks at a picture: by buttons and by `0 + -`. */
export function ZoomTools({ onFit, children }: ZoomToolsProps) {
  const flow = useReactFlow();
  const zoom = useStore((state) => Math.round(state.transform[2] * 100));
  useKeys({
    '0': onFit,
    '+': () => void flow.zoomIn({ duration: still() }),
    '-': () => void flow.zoomOut({ duration: still() }),
  });
  return (
    <div className={styles.tools} role="group" aria-label="View">
      {children}
      <button type="button" aria-label="Fit into view" title="Fit into view (0)" onClick={onFit}>
        <Icon name="fit" size={14} />
      </button>
      <button type="button" aria-label="Further away" title="Further away (-)" onClick={() => void flow.zoomOut({ duration: still() })}>
        <Icon name="minus" size={14} />
      </button>
      <button type="button" className={styles.zoom} title="Natural size" onClick={() => void flow.zoomTo(1, { duration: still() })}>
        {zoom} %
      </button>
      <button type="button" aria-label="Nearer" title="Nearer (+)" onClick={() => void flow.zoomIn({ duration: still() })}>
        <Icon name="plus" size={14} />
      </button>
    </div>
  );
}
