'use client';

import { useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { complete, type KnownNames } from '@/lib/search/complete';
import { LONGEST_QUERY, parseQuery } from '@/lib/search/parse-query';
import { pastedWord } from '@/lib/search/write-query';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { useKeys } from '@/components/ui/keys';
import styles from './search-line.module.css';

export interface SearchLineProps {
  readonly q: string | null;
  readonly known: KnownNames;
  readonly onSearch: (q: string | null) => void;
}

/**
 * The line of the search: an id, words or conditions, with completion. `/` brings the cursor here; arrows choose, Tab or Enter takes, Enter
 * without a choice searches, Esc closes. What is not understood is said with its place and not sent.
 */
export function SearchLine({ q, known, onSearch }: SearchLineProps) {
  const [text, setText] = useState(q ?? '');
  const [caret, setCaret] = useState((q ?? '').length);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useKeys({ '/': () => input.current?.focus(), f: () => input.current?.focus() });
  const offers = useMemo(() => (open ? complete(text, caret, known) : []), [open, text, caret, known]);
  const parsed = parseQuery(text);
  const problem = parsed.ok || pastedWord(text) !== null ? null : parsed.problem;

  const search = (line: string): void => {
    setOpen(false);
    if (parseQuery(line).ok || pastedWord(line) !== null) onSearch(line.trim() === '' ? null : line.trim());
  };
  const take = (index: number): void => {
    const offer = offers[index];
    if (offer === undefined) return;
    const next = text.slice(0, offer.from) + offer.text + text.slice(offer.to);
    const at = offer.from + offer.text.length;
    setText(next);
    setCaret(at);
    setChosen(-1);
    input.current?.focus();
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Escape') {
      if (open) setOpen(false);
      else event.currentTarget.blur();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      if (offers.length > 0) setChosen((offers.length + chosen + (event.key === 'ArrowDown' ? 1 : chosen < 0 ? 0 : -1)) % offers.length);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && open && chosen >= 0) {
      event.preventDefault();
      take(chosen);
    }
  };

  return (
    <form
      className={styles.search}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search(text);
      }}
    >
      <div className={styles.box}>
        <Field
          label="Search traces"
          icon="search"
          shortcut="/"
          inputRef={input}
          placeholder="Paste an id, or write service=payment status=dead-lettered"
          maxLength={LONGEST_QUERY}
          value={text}
          role="combobox"
          aria-expanded={offers.length > 0}
          aria-controls={`${id}-offers`}
          aria-autocomplete="list"
          aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
          aria-invalid={problem !== null && !open}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onChange={(event) => {
            setText(event.target.value);
            setCaret(event.target.selectionStart ?? event.target.value.length);
            setChosen(-1);
            setOpen(true);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
          onKeyDown={onKeyDown}
        />
        {offers.length > 0 && (
          <div id={`${id}-offers`} role="listbox" aria-label="What may stand here" className={styles.offers}>
            {offers.map((offer, index) => (
              <div
                key={offer.title}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === chosen}
                onPointerDown={(event) => {
                  // The field keeps the cursor.
                  event.preventDefault();
                  take(index);
                }}
              >
                <b className="mono">{offer.title}</b>
                <span className="muted">{offer.says}</span>
              </div>
            ))}
          </div>
        )}
      </div>
      <Button look="solid" type="submit" disabled={problem !== null}>
        Search
      </Button>
      {q !== null && <Button onClick={() => onSearch(null)}>Clear</Button>}
      {problem !== null && !open && (
        <p id={`${id}-problem`} role="alert" className={styles.problem}>
          <code>
            {text.slice(0, problem.at)}
            <mark>{text.slice(problem.at, problem.at + problem.length) || '␣'}</mark>
            {text.slice(problem.at + problem.length)}
          </code>
          {problem.text}
        </p>
      )}
    </form>
  );
}
