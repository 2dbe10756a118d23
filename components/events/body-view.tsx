'use client';

import { useMemo, useState } from 'react';
import type { BodyView as Body } from '@/lib/contract/traces';
import { bytesOfBase64, hexLines } from '@/lib/events/hex-lines';
import { formatBytes, formatExact } from '@/lib/time/format';
import { CodeBlock, CopyButton } from '@/components/ui/copy-id';
import { Field } from '@/components/ui/field';
import { Segmented } from '@/components/ui/segmented';
import { JsonTree, Marked } from './json-tree';
import styles from './events.module.css';

type Shape = 'tree' | 'pretty' | 'raw' | 'hex';

export interface BodyViewProps {
  readonly body: Body;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  /** With a tree, a search in it, and a button that copies all of it. */
  readonly full?: boolean;
}

/** A body as a tree, as text, as it came, or as bytes. It is somebody else's text: shown, never run. */
export function BodyView({ body, contentType, contentEncoding, full = false }: BodyViewProps) {
  const tree = full && body.kind === 'json';
  const [shape, setShape] = useState<Shape>(body.kind === 'binary' ? 'hex' : tree ? 'tree' : 'pretty');
  const [search, setSearch] = useState('');
  const bytes = useMemo(() => bytesOfBase64(body.bytes), [body.bytes]);
  const text = useMemo(
    () =>
      shape === 'pretty' || shape === 'tree' ? body.text : shape === 'raw' ? new TextDecoder().decode(bytes) : hexLines(bytes).join('\n'),
    [shape, body.text, bytes],
  );
  if (body.kind === 'none') {
    return <p className={styles.said}>No body: the record is a tombstone (null), which deletes its key in a compacted topic.</p>;
  }
  const needle = search.trim().toLowerCase();
  return (
    <div className={styles.stack}>
      <div className="row">
        <Segmented
          label="How the body is shown"
          value={shape}
          options={[
            ...(tree ? [{ value: 'tree' as const, title: 'Tree' }] : []),
            { value: 'pretty', title: 'Pretty' },
            { value: 'raw', title: 'Raw' },
            { value: 'hex', title: 'Hex' },
          ]}
          onChange={setShape}
        />
        <span className="quiet truncate">
          {[kindTitle[body.kind], contentType, contentEncoding, formatBytes(body.size)].filter(Boolean).join(', ')}
        </span>
      </div>
      {full && body.size > 0 && text !== null && (
        <div className="row">
          <Field
            label="Search in the body"
            placeholder="Search in the body"
            icon="search"
            className={styles.bodySearch}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          {needle !== '' && <span className="num quiet">{formatExact(countOf(text, needle))}</span>}
          <CopyButton text={text} />
        </div>
      )}
      {body.problem && <p className={styles.problem}>{body.problem}</p>}
      {body.size === 0 ? (
        <p className={styles.said}>The body is empty: 0 bytes.</p>
      ) : text === null ? (
        <p className={styles.said}>This body cannot be shown as text. Hex shows its bytes.</p>
      ) : shape === 'tree' ? (
        <JsonTree text={text} label="Body, tree" search={needle} />
      ) : needle === '' ? (
        <CodeBlock text={text} label={`Body, ${shape}`} copy={!full} />
      ) : (
        <pre className={styles.searched} tabIndex={0} role="region" aria-label={`Body, ${shape}`}>
          <Marked text={text} needle={needle} />
        </pre>
      )}
      {body.storedSize < body.size && (
        <p className={styles.said}>
          Kept are the first {formatBytes(body.storedSize)} of {formatBytes(body.size)}: the tap&apos;s limit for bodies.
        </p>
      )}
      {shape === 'hex' && bytes.length > 4096 && <p className={styles.said}>The first 4,096 bytes are shown.</p>}
    </div>
  );
}

const kindTitle: Record<Exclude<Body['kind'], 'none'>, string> = { json: 'JSON', text: 'text', binary: 'binary' };

const countOf = (text: string, needle: string): number => text.toLowerCase().split(needle).length - 1;
