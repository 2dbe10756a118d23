'use client';

import { Fragment, useRef } from 'react';
import type { DeadLetterGroup, DeadLetterRow } from '@/lib/contract/dead-letters';
import { groupOfInbox } from '@/lib/events/names';
import { formatCount, formatExact } from '@/lib/time/format';
import { ApiError } from '@/components/live/api';
import { Button } from '@/components/ui/button';
import { useKeys } from '@/components/ui/keys';
import { Chevron } from '@/components/ui/table';
import { InboxTag } from '@/components/ui/tags';
import { Age, Time } from '@/components/ui/time';
import { LetterState } from './letter-state';
import { letterName } from './letter-panel';
import { SparkBars } from './spark-bars';
import { useLetters, type DeadLettersQuestion } from './use-dead-letters';
import table from '@/components/ui/table.module.css';
import styles from './dead-letters.module.css';

/** Where `J K` stand: a cause or a letter. */
export type LetterCursor = { readonly group: string } | { readonly letter: string };

export interface CausesTableProps {
  readonly groups: readonly DeadLetterGroup[];
  readonly question: DeadLettersQuestion;
  /** The cause that is open in place. */
  readonly open: string | null;
  readonly selected: string | null;
  readonly cursor: LetterCursor | null;
  readonly onCursor: (cursor: LetterCursor) => void;
  readonly onOpen: (group: string | null) => void;
  readonly onSelect: (letter: string | null) => void;
}

/** Causes; the open one shows its letters under itself. */
export function CausesTable({ groups, question, open, selected, cursor, onCursor, onOpen, onSelect }: CausesTableProps) {
  const box = useRef<HTMLDivElement>(null);
  // What J and K walk over are the rows as they stand on the screen, so that letters that are still being asked for are no trap.
  const rows = (): HTMLElement[] => [...(box.current?.querySelectorAll<HTMLElement>('[data-cursor]') ?? [])];
  const walk = (by: number): void => {
    const all = rows();
    const at = all.findIndex((row) => row === document.activeElement || row.dataset.cursor === cursorText(cursor));
    const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
    if (!next?.dataset.cursor) return;
    next.focus();
    onCursor(readCursor(next.dataset.cursor));
    if (selected !== null && next.dataset.cursor.startsWith('letter ')) onSelect(next.dataset.cursor.slice(7));
  };
  useKeys({ j: () => walk(1), k: () => walk(-1) });
  return (
    <div className={table.scroll} ref={box}>
      <table className={`${table.table} ${table.roomy}`} aria-label="Dead letters by cause">
        <colgroup>
          <col style={{ width: 40 }} />
          <col />
          <col style={{ width: 220 }} />
          <col className="wide-only" style={{ width: 130 }} />
          <col style={{ width: 72 }} />
          <col style={{ width: 186 }} />
          <col style={{ width: 124 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Open</span>
            </th>
            <th scope="col">Cause</th>
            <th scope="col">Failed in</th>
            <th scope="col" className="wide-only">
              Consumer
            </th>
            <th scope="col" className={table.end}>
              Letters
            </th>
            <th scope="col" className={styles.sparkCell}>
              Over time
            </th>
            <th scope="col" className={table.end}>
              Last
            </th>
          </tr>
        </thead>
        <tbody className={table.rows}>
          {groups.map((group) => {
            const isOpen = group.id === open;
            const toggle = (): void => onOpen(isOpen ? null : group.id);
            return (
              <Fragment key={group.id}>
                <tr data-open data-selected={isOpen || undefined} onClick={toggle}>
                  <td>
                    <button
                      type="button"
                      className={styles.toggle}
                      aria-expanded={isOpen}
                      aria-label={`${isOpen ? 'Close' : 'Open'} ${group.cause}`}
                      data-cursor={`group ${group.id}`}
                      onFocus={() => onCursor({ group: group.id })}
                      onClick={(event) => {
                        event.stopPropagation();
                        toggle();
                      }}
                    >
                      <Chevron open={isOpen} />
                    </button>
                  </td>
                  <td>
                    <b>{group.cause}</b>
                    {group.message && <small title={group.message}>{group.message}</small>}
                  </td>
                  <td>
                    {group.failedIn === null ? (
                      <span className="quiet">not said</span>
                    ) : (
                      <InboxTag system={group.system}>{groupOfInbox(group.failedIn).group}</InboxTag>
                    )}
                  </td>
                  <td className="wide-only">
                    <span className="muted">{group.consumer ?? 'unknown'}</span>
                  </td>
                  <td className={table.end}>
                    <b title={formatExact(group.count)}>{formatCount(group.count)}</b>
                  </td>
                  <td className={styles.sparkCell}>
                    <SparkBars values={group.spark} label={`${formatExact(group.count)} letters over time`} />
                  </td>
                  <td className={table.end}>
                    <span className="muted">
                      <Age at={group.last} />
                    </span>
                  </td>
                </tr>
                {isOpen && <Letters group={group} question={question} selected={selected} onCursor={onCursor} onSelect={onSelect} />}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface LettersProps extends Pick<CausesTableProps, 'question' | 'selected' | 'onCursor' | 'onSelect'> {
  readonly group: DeadLetterGroup;
}

function Letters({ group, question, selected, onCursor, onSelect }: LettersProps) {
  const query = useLetters(group.id, question);
  const letters = query.data?.pages.flatMap((page) => page.letters) ?? [];
  const cut = query.data?.pages.at(-1)?.cut;
  if (query.data === undefined) {
    return (
      <tr className={styles.letterRow}>
        <td colSpan={7}>
          {query.error ? (
            <span className={styles.asking} role="alert">
              Its letters could not be read: {query.error.message} {query.error instanceof ApiError ? query.error.cure : null}{' '}
              <Button onClick={() => void query.refetch()}>Try now</Button>
            </span>
          ) : (
            <span className={`${styles.asking} quiet`} role="status">
              asking for its letters
            </span>
          )}
        </td>
      </tr>
    );
  }
  return (
    <>
      {letters.map((letter) => (
        <LetterRow key={letter.event.id} letter={letter} selected={letter.event.id === selected} onCursor={onCursor} onSelect={onSelect} />
      ))}
      {letters.length === 0 && (
        <tr className={styles.letterRow}>
          <td colSpan={7} className="quiet">
            None of its letters is kept any more.
          </td>
        </tr>
      )}
      {(query.hasNextPage || cut) && (
        <tr className={styles.letterRow}>
          <td colSpan={7}>
            <span className={styles.asking}>
              <span className="quiet">
                {formatExact(letters.length)} of {formatExact(group.count)}, newest first
              </span>
              {query.hasNextPage && (
                <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {query.isFetchingNextPage ? 'Asking the store' : 'Show older'}
                </Button>
              )}
            </span>
          </td>
        </tr>
      )}
    </>
  );
}

interface LetterRowProps extends Pick<CausesTableProps, 'onCursor' | 'onSelect'> {
  readonly letter: DeadLetterRow;
  readonly selected: boolean;
}

function LetterRow({ letter, selected, onCursor, onSelect }: LetterRowProps) {
  const { event, failure } = letter;
  const count = event.attempt ?? failure?.count ?? null;
  return (
    <tr
      className={styles.letterRow}
      data-open
      data-selected={selected || undefined}
      aria-current={selected || undefined}
      onClick={() => onSelect(event.id)}
    >
      <td />
      <td>
        <button
          type="button"
          className={styles.letter}
          data-cursor={`letter ${event.id}`}
          onFocus={() => onCursor({ letter: event.id })}
          onClick={(click) => {
            click.stopPropagation();
            onSelect(event.id);
          }}
        >
          <Time at={event.publishedAt ?? event.observedAt} precision="millis" />
          <span className="mono truncate">{letterName(letter)}</span>
        </button>
      </td>
      <td className="mono muted">{event.type ?? 'type not said'}</td>
      <td className="wide-only muted">{count === null ? <span className="quiet">attempts unknown</span> : `attempt ${count}`}</td>
      <td />
      <td colSpan={2} className={styles.sparkCell}>
        <LetterState letter={letter} />
      </td>
    </tr>
  );
}

const cursorText = (cursor: LetterCursor | null): string | null =>
  cursor === null ? null : 'group' in cursor ? `group ${cursor.group}` : `letter ${cursor.letter}`;

const readCursor = (text: string): LetterCursor => (text.startsWith('group ') ? { group: text.slice(6) } : { letter: text.slice(7) });
