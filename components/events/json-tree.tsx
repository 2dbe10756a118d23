'use client';

import { useMemo, useState } from 'react';
import styles from './events.module.css';

export interface JsonTreeProps {
  readonly text: string;
  readonly label: string;
  /** Only what holds this is shown open; case does not matter. */
  readonly search: string;
}

/** A number keeps the text it was sent with, so that long ones lose no digit. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** JSON as it was sent, numbers as text where the engine tells; `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, function revive(this: unknown, _key: string, value: unknown, context?: { readonly source?: string }) {
      return typeof value === 'number' && context?.source !== undefined ? new NumberText(context.source) : value;
    } as (key: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
}

/** Fields of one level that are drawn at once; the rest on demand. */
const MOST_FIELDS = 200;

/** A body as a tree: folds, and opens where the search finds something. */
export function JsonTree({ text, label, search }: JsonTreeProps) {
  const value = useMemo(() => parseJson(text), [text]);
  const needle = search.trim().toLowerCase();
  if (value === undefined) return <p className={styles.said}>It does not parse as JSON; raw shows it as it came.</p>;
  return (
    <div className={styles.tree} role="region" tabIndex={0} aria-label={label}>
      <Branch name={null} value={value} needle={needle} depth={0} />
    </div>
  );
}

function Branch({
  name,
  value,
  needle,
  depth,
}: {
  readonly name: string | null;
  readonly value: unknown;
  readonly needle: string;
  readonly depth: number;
}) {
  const [all, setAll] = useState(false);
  const found = needle !== '' && holds(value, needle, 0);
  if (!isBranch(value)) {
    return (
      <div className={styles.leaf}>
        {name !== null && <Name name={name} needle={needle} />}
        <Value value={value} needle={needle} />
      </div>
    );
  }
  const fields = Object.entries(value);
  const shown = all ? fields : fields.slice(0, MOST_FIELDS);
  const list = Array.isArray(value);
  return (
    <details open={needle === '' ? depth < 2 : found || depth === 0} key={needle === '' ? 'plain' : `${needle} ${found}`}>
      <summary>
        {name !== null && <Name name={name} needle={needle} />}
        <span className="quiet">{list ? `[${fields.length}]` : `{${fields.length}}`}</span>
      </summary>
      {shown.map(([key, child]) => (
        <Branch key={key} name={key} value={child} needle={needle} depth={depth + 1} />
      ))}
      {fields.length > shown.length && (
        <button type="button" className={styles.moreFields} onClick={() => setAll(true)}>
          {fields.length - shown.length} more
        </button>
      )}
    </details>
  );
}

const Name = ({ name, needle }: { readonly name: string; readonly needle: string }) => (
  <span className={styles.fieldName}>
    <Marked text={name} needle={needle} />:{' '}
  </span>
);

function Value({ value, needle }: { readonly value: unknown; readonly needle: string }) {
  const kind = value === null ? 'null' : value instanceof NumberText ? 'number' : typeof value;
  return (
    <span className={styles.fieldValue} data-kind={kind}>
      <Marked text={textOf(value)} needle={needle} />
    </span>
  );
}

/** What was searched for, marked wherever it stands. */
export function Marked({ text, needle }: { readonly text: string; readonly needle: string }) {
  if (needle === '') return <>{text}</>;
  const low = text.toLowerCase();
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (let at = low.indexOf(needle); at >= 0 && parts.length < 400; at = low.indexOf(needle, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + needle.length)}</mark>);
    from = at + needle.length;
  }
  return (
    <>
      {parts}
      {text.slice(from)}
    </>
  );
}

const isBranch = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof NumberText);

const textOf = (value: unknown): string =>
  value instanceof NumberText ? value.text : typeof value === 'string' ? `"${value}"` : String(value);

function holds(value: unknown, needle: string, depth: number): boolean {
  if (depth > 200) return false;
  if (!isBranch(value)) return textOf(value).toLowerCase().includes(needle);
  return Object.entries(value).some(([key, child]) => key.toLowerCase().includes(needle) || holds(child, needle, depth + 1));
}
