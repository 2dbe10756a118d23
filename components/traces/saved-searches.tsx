'use client';

import { useState } from 'react';
import { readStored, writeStored } from '@/components/live/preferences';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Icon } from '@/components/ui/icon';
import { Popover } from '@/components/ui/popover';
import styles from './saved-searches.module.css';

const KEY = 'eventyard.searches';
const MOST = 50;

interface SavedSearch {
  readonly name: string;
  readonly q: string;
}

const read = (): readonly SavedSearch[] =>
  (readStored<readonly SavedSearch[]>(KEY) ?? [])
    .filter((one) => typeof one?.name === 'string' && typeof one.q === 'string')
    .slice(0, MOST);

/** Searches that somebody keeps by a name, in this browser. A link shares one with others. */
export function SavedSearches({ q, onSearch }: { readonly q: string | null; readonly onSearch: (q: string) => void }) {
  const [name, setName] = useState('');
  const [saved, setSaved] = useState<readonly SavedSearch[] | null>(null);
  const list = saved ?? [];
  const keep = (next: readonly SavedSearch[]): void => {
    setSaved(next);
    writeStored(KEY, next);
  };
  return (
    <Popover
      label="Saved searches"
      align="end"
      button={
        <span className={styles.button} onPointerEnter={() => setSaved(read())} onFocus={() => setSaved(read())}>
          Saved searches <Icon name="chevron-down" size={12} />
        </span>
      }
    >
      {(close) => (
        <div className={styles.sheet} ref={() => void (saved === null && setSaved(read()))}>
          {q !== null && (
            <form
              className={styles.keep}
              onSubmit={(event) => {
                event.preventDefault();
                const title = name.trim() === '' ? q : name.trim();
                keep([{ name: title, q }, ...list.filter((one) => one.name !== title)].slice(0, MOST));
                setName('');
              }}
            >
              <Field
                label="Name of this search"
                placeholder="Name of this search"
                maxLength={80}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
              <Button type="submit">Save</Button>
            </form>
          )}
          {list.length === 0 && (
            <p className="muted">
              {q === null ? 'Nothing is saved yet. Search for something first, then save it here.' : 'Nothing is saved yet.'}
            </p>
          )}
          <ul>
            {list.map((one) => (
              <li key={one.name}>
                <button
                  type="button"
                  onClick={() => {
                    onSearch(one.q);
                    close();
                  }}
                >
                  <b>{one.name}</b>
                  {one.name !== one.q && <span className="mono muted truncate">{one.q}</span>}
                </button>
                <button type="button" aria-label={`Forget ${one.name}`} onClick={() => keep(list.filter((other) => other !== one))}>
                  <Icon name="close" size={12} />
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Popover>
  );
}
