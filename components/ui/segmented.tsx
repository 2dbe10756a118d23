import type { ReactNode } from 'react';
import styles from './button.module.css';

export interface SegmentedProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly title: ReactNode; readonly hint?: string }[];
  readonly onChange: (value: Value) => void;
  readonly tone?: 'live' | 'paused';
}

/** Two to four choices of which one holds. */
export function Segmented<Value extends string>({ label, value, options, onChange, tone }: SegmentedProps<Value>) {
  return (
    <div role="group" aria-label={label} className={`${styles.segmented} ${tone ? styles[tone] : ''}`}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          className={styles.segment}
          aria-pressed={option.value === value}
          title={option.hint}
          onClick={() => onChange(option.value)}
        >
          {option.title}
        </button>
      ))}
    </div>
  );
}

export interface TabsProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly tabs: readonly { readonly value: Value; readonly title: ReactNode }[];
  readonly onChange: (value: Value) => void;
}

/** Tabs of a page or a panel. `[` and `]` go through them where the page says so (useKeys). */
export function Tabs<Value extends string>({ label, value, tabs, onChange }: TabsProps<Value>) {
  return (
    <div role="tablist" aria-label={label} className={styles.tabs}>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          aria-selected={tab.value === value}
          className={styles.tab}
          onClick={() => onChange(tab.value)}
        >
          {tab.title}
        </button>
      ))}
    </div>
  );
}
