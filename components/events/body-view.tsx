'use client';

import { useMemo, useState } from 'react';
import type { BodyView as Body } from '@/lib/contract/traces';
import { bytesOfBase64, hexLines } from '@/lib/events/hex-lines';
import { formatBytes } from '@/lib/time/format';
import { CodeBlock } from '@/components/ui/copy-id';
import { Segmented } from '@/components/ui/segmented';
import styles from './events.module.css';

type Shape = 'pretty' | 'raw' | 'hex';

/** A body as text, as it came, or as bytes. It is somebody else's text: shown, never run. */
export function BodyView({
  body,
  contentType,
  contentEncoding,
}: {
  readonly body: Body;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
}) {
  const [shape, setShape] = useState<Shape>(body.kind === 'binary' ? 'hex' : 'pretty');
  const bytes = useMemo(() => bytesOfBase64(body.bytes), [body.bytes]);
  const text = useMemo(
    () => (shape === 'pretty' ? body.text : shape === 'raw' ? new TextDecoder().decode(bytes) : hexLines(bytes).join('\n')),
    [shape, body.text, bytes],
  );
  if (body.kind === 'none') {
    return <p className={styles.said}>No body: the record is a tombstone (null), which deletes its key in a compacted topic.</p>;
  }
  return (
    <div className={styles.stack}>
      <div className="row">
        <Segmented
          label="How the body is shown"
          value={shape}
          options={[
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
      {body.problem && <p className={styles.problem}>{body.problem}</p>}
      {body.size === 0 ? (
        <p className={styles.said}>The body is empty: 0 bytes.</p>
      ) : text === null ? (
        <p className={styles.said}>This body cannot be shown as text. Hex shows its bytes.</p>
      ) : (
        <CodeBlock text={text} label={`Body, ${shape}`} />
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
