import { Fragment, type ReactNode } from 'react';
import styles from './figure.module.css';

export interface FigureProps {
  /** As it is shown: "1.8 /s", "9 m 41 s", "12.4 %"; letters are drawn small. `null` is "unknown". */
  readonly value: string | null;
  readonly what: ReactNode;
  readonly tone?: 'ok' | 'warn' | 'bad';
  readonly title?: string;
  /** 30 px: at most one a screen. */
  readonly display?: boolean;
}

/** The number a screen or panel is about, with what it means beneath. */
export function Figure({ value, what, tone, title, display = false }: FigureProps) {
  const unknown = value === null || value === 'unknown';
  return (
    <div title={title}>
      <span
        className={`${styles.value} ${display ? styles.display : ''}`}
        data-tone={unknown ? undefined : tone}
        data-unknown={unknown || undefined}
      >
        {unknown ? 'unknown' : withSmallUnits(value)}
      </span>
      <span className={styles.what}>{what}</span>
    </div>
  );
}

export function Figures({ children }: { readonly children: ReactNode }) {
  return <div className={styles.figures}>{children}</div>;
}

/** Digits large, units small: splits "9 m 41 s" into its runs. */
function withSmallUnits(value: string): ReactNode {
  const runs = value.match(/[\d.,:−+<>-]+|[^\d.,:−+<>-]+/g) ?? [value];
  return runs.map((run, index) =>
    /\d/.test(run) || run.trim() === '' || /^[−+<>-]+$/.test(run) ? (
      <Fragment key={index}>{run}</Fragment>
    ) : (
      <small key={index} className={styles.unit}>
        {run.trim()}
        {index < runs.length - 1 ? ' ' : ''}
      </small>
    ),
  );
}

export interface KeyValuesProps {
  readonly items: readonly (readonly [key: string, value: ReactNode, options?: { readonly wrap?: boolean; readonly title?: string }])[];
}

/** Facts in two columns. A missing value is left out by the caller or said in words, never blank. */
export function KeyValues({ items }: KeyValuesProps) {
  return (
    <dl className={styles.keys}>
      {items.map(([key, value, options]) => (
        <Fragment key={key}>
          <dt>{key}</dt>
          <dd data-wrap={options?.wrap || undefined} title={options?.title}>
            {value}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
