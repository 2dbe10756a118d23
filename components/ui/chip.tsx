import type { ReactNode } from 'react';
import { Icon } from './icon';
import styles from './marks.module.css';

export type ChipLook = 'plain' | 'line' | 'dashed' | 'ok' | 'warn' | 'bad';

export interface ChipProps {
  readonly look?: ChipLook;
  readonly children: ReactNode;
  readonly title?: string;
  /** Makes it a filter that can be taken away. */
  readonly onRemove?: () => void;
  readonly removeLabel?: string;
}

export function Chip({ look = 'plain', children, title, onRemove, removeLabel = 'Remove' }: ChipProps) {
  const className = `${styles.chip} ${look === 'plain' ? '' : styles[`chip-${look}`]}`;
  if (!onRemove) {
    return (
      <span className={className} title={title}>
        {children}
      </span>
    );
  }
  return (
    <button type="button" className={className} title={title} onClick={onRemove} aria-label={removeLabel}>
      {children}
      <Icon name="close" size={10} />
    </button>
  );
}

/** New rows wait behind this; nothing jumps. Draws nothing at 0. */
export function NewPill({ count, onShow, word = 'new' }: { readonly count: number; readonly onShow: () => void; readonly word?: string }) {
  if (count === 0) return null;
  return (
    <button type="button" className={styles.new} onClick={onShow}>
      {count.toLocaleString('en-US')} {word}
    </button>
  );
}
