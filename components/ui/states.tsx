'use client';
import { useEffect, useState, type ReactNode } from 'react';
import type { Cut } from '@/lib/contract/common';
import { formatExact } from '@/lib/time/format';
import { Button } from './button';
import { Icon } from './icon';
import { Lamp } from './lamp';
import { Time } from './time';
import styles from './states.module.css';

/** Shape after 150 ms; after 2 s it says what is waited for: "asking the store, 2 s". */
export function Loading({ what = 'asking the store', lines = 3 }: { readonly what?: string; readonly lines?: number }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((value) => value + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className={styles.loading} role="status" aria-busy="true">
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className={styles.bone} aria-hidden="true" />
      ))}
      {seconds >= 2 ? (
        <span className="quiet">
          {what}, <span className="num">{seconds}</span> s
        </span>
      ) : (
        <span className="visually-hidden">{what}</span>
      )}
    </div>
  );
}

export interface EmptyStateProps {
  /** "No dead letters in the last 60 min" */
  readonly title: string;
  /** Why it is empty, what is watched, when it last was not, what to do. */
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** Inside a panel or a table: without the frame. */
  readonly inline?: boolean;
}

export function EmptyState({ title, children, actions, inline = false }: EmptyStateProps) {
  return (
    <div className={`${styles.state} ${inline ? '' : styles.page}`}>
      <span className={styles.title}>{title}</span>
      {children && <div className="muted">{children}</div>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

export interface ErrorStateProps {
  /** What is wrong, in words: "The store does not answer". */
  readonly title: string;
  /** The server's sentence. */
  readonly text?: string;
  /** ms since 1970. */
  readonly since?: number | null;
  /** What still works: "Taps go on and keep their place." */
  readonly works?: string;
  readonly cure?: string | null;
  /** ms since 1970 of the next try we make alone. */
  readonly nextTryAt?: number | null;
  readonly onRetry?: () => void;
  readonly actions?: ReactNode;
  readonly inline?: boolean;
}

/** What, since when, what still works, the next step, a button. No blame. */
export function ErrorState({ title, text, since, works, cure, nextTryAt, onRetry, actions, inline = false }: ErrorStateProps) {
  return (
    <div className={`${styles.state} ${styles.error} ${inline ? '' : styles.page}`} role="alert">
      <span className={styles.title}>
        <Lamp kind="stop" label="error" />
        {title}
      </span>
      <div>
        {text && <>{/[.!?…]$/.test(text) ? text : `${text}.`} </>}
        {since ? (
          <>
            Since <Time at={since * 1000} />.{' '}
          </>
        ) : null}
        {works}
      </div>
      {cure && <div>{cure}</div>}
      {nextTryAt ? (
        <div className="muted">
          Next try at <Time at={nextTryAt * 1000} />.
        </div>
      ) : null}
      {(onRetry || actions) && (
        <div className={styles.actions}>
          {onRetry && <Button onClick={onRetry}>Try now</Button>}
          {actions}
        </div>
      )}
    </div>
  );
}

/** A quiet line at the foot of a list or a panel; `warn` and `bad` have a ground of their own. */
export function Note({ tone, children }: { readonly tone?: 'warn' | 'bad'; readonly children: ReactNode }) {
  return <div className={`${styles.note} ${tone ? styles[`note-${tone}`] : ''}`}>{children}</div>;
}

const cutReasons: Record<Cut['why'], string> = {
  'row-limit': 'the list ends at its row limit',
  'time-limit': 'the search stopped at its time limit',
  'scan-limit': 'the search stopped at its limit of rows to look through',
  'first-part': 'the rest was not read yet',
};

/** "Cut at 1,000 of 48,210": how many of how many, why, and a way on. */
export interface CutNoticeProps {
  readonly cut: Cut | null | undefined;
  /** What stands at the top of the list, so that one knows what is missing: "Stuck first". */
  readonly order?: string;
  readonly action?: ReactNode;
}

export function CutNotice({ cut, order = 'Newest first', action }: CutNoticeProps) {
  if (!cut) return null;
  return (
    <Note tone="warn">
      <Icon name="gap" size={14} />
      <b className="num">
        Cut at {formatExact(cut.shown)} of {cut.of === null ? 'more, count unknown' : formatExact(cut.of)}
      </b>
      <span className="grow truncate">
        {order}; {cutReasons[cut.why]}.
      </span>
      {action}
    </Note>
  );
}
