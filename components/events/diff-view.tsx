'use client';

import Link from 'next/link';
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { EventDetail, PreviousEvent } from '@/lib/contract/traces';
import { diffJson, type JsonChange } from '@/lib/events/diff-json';
import { traceHref } from '@/lib/hrefs';
import { formatExact } from '@/lib/time/format';
import { getJson } from '@/components/live/api';
import { QueryGate } from '@/components/live/query-gate';
import { PanelSection } from '@/components/ui/panel';
import { Time } from '@/components/ui/time';
import styles from './events.module.css';

/** What is different from the event before it about the same thing. */
export function DiffView({ detail }: { readonly detail: EventDetail }) {
  const query = useQuery({
    queryKey: ['event', detail.row.id, 'previous'],
    queryFn: ({ signal }) => getJson<PreviousEvent>(`/api/events/${encodeURIComponent(detail.row.id)}/previous`, {}, signal),
    staleTime: 60_000,
    placeholderData: undefined,
    enabled: detail.row.businessKeys.length > 0,
  });
  if (detail.row.businessKeys.length === 0) {
    return (
      <PanelSection>
        <p className={styles.said}>
          This event carries no business key, so nothing is known to be before it. Keys are recognised in headers and body; a rule of yours
          can name one.
        </p>
      </PanelSection>
    );
  }
  return (
    <QueryGate query={query} what="the event before" inline>
      {({ key, event }) =>
        event === null ? (
          <PanelSection>
            <p className={styles.said}>
              The first event about {key?.name ?? 'it'} <code>{key?.value ?? ''}</code> that was seen within a day before.
            </p>
          </PanelSection>
        ) : (
          <Difference before={event} after={detail} name={`${key?.name ?? ''} ${key?.value ?? ''}`} />
        )
      }
    </QueryGate>
  );
}

function Difference({ before, after, name }: { readonly before: EventDetail; readonly after: EventDetail; readonly name: string }) {
  const diff = useMemo(() => {
    const [a, b] = [parse(before.body.text), parse(after.body.text)];
    return a === undefined || b === undefined ? null : diffJson(a, b);
  }, [before.body.text, after.body.text]);
  const { row } = before;
  return (
    <>
      <PanelSection title={`Before it, of ${name}`}>
        <p>
          <Link
            className={`${styles.link} mono`}
            prefetch={false}
            href={row.traceId === null ? `/traces?q=${encodeURIComponent(row.id)}` : traceHref(row.traceId, row.id)}
          >
            {row.type ?? 'type not said'}
          </Link>{' '}
          <span className="quiet">
            <Time at={row.observedAt} precision="millis" by="tap" />
          </span>
        </p>
        {row.type !== after.row.type && (
          <p className={styles.said}>No earlier event of the same type was seen within a day: this is another type.</p>
        )}
        {before.version !== after.version && (
          <p className={styles.said}>
            Version {before.version ?? 'not said'} before, {after.version ?? 'not said'} now.
          </p>
        )}
      </PanelSection>
      <PanelSection title="What is different">
        {diff === null ? (
          <p className={styles.said}>
            One of the two bodies is no JSON: they{' '}
            {before.body.bytes === after.body.bytes ? 'have the same bytes' : 'differ in their bytes'}.
          </p>
        ) : diff.changes.length === 0 ? (
          <p className={styles.said}>Nothing: the bodies say the same.</p>
        ) : (
          <ul className={styles.changes}>
            {diff.changes.map((change) => (
              <Change key={`${change.path} ${change.kind}`} change={change} />
            ))}
          </ul>
        )}
        {diff !== null && (
          <p className={styles.said}>
            {diff.more > 0 && `${formatExact(diff.more)} more differences are not listed. `}
            {formatExact(diff.same)} {diff.same === 1 ? 'field is' : 'fields are'} the same.
          </p>
        )}
      </PanelSection>
    </>
  );
}

const words: Record<JsonChange['kind'], string> = { added: '+', removed: '−', changed: '≠' };

function Change({ change }: { readonly change: JsonChange }) {
  return (
    <li>
      <b aria-label={change.kind}>{words[change.kind]}</b>
      <code>{change.path}</code>
      <span>
        {change.before !== null && <del>{change.before}</del>}
        {change.before !== null && change.after !== null && ' '}
        {change.after !== null && <ins>{change.after}</ins>}
      </span>
    </li>
  );
}

function parse(text: string | null): unknown {
  try {
    return text === null ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
