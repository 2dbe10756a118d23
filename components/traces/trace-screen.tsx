'use client';

import { useEffect } from 'react';
import Link from 'next/link';
import { isFirstPart } from '@/lib/traces/first-part';
import { readTraceUrl, writeTraceUrl } from '@/lib/traces/traces-url';
import { QueryGate } from '@/components/live/query-gate';
import { keepView, useUrlState } from '@/components/live/url-state';
import { LinkButton } from '@/components/ui/button';
import { CopyId } from '@/components/ui/copy-id';
import { CopyLinkButton } from '@/components/ui/copy-link';
import { Icon } from '@/components/ui/icon';
import { EmptyState } from '@/components/ui/states';
import { ExportButton } from './export-button';
import { OpenTrace } from './open-trace';
import { useTrace, useWiring } from './use-trace';
import page from '@/components/ui/page.module.css';
import styles from './traces.module.css';

/** Where did the time go, where did it die? One trace, as a waterfall or a table; selecting in either selects in both. */
export function TraceScreen({ traceId }: { readonly traceId: string }) {
  const url = useUrlState();
  const state = readTraceUrl(url.params);
  const query = useTrace(traceId);
  const trace = query.data;
  const { wiring, topology } = useWiring();
  const back = keepView(url.params, '/traces');
  useEffect(() => {
    document.title = `${trace?.nodes[0]?.event.type ?? 'Trace'} · Eventyard`;
  }, [trace]);
  return (
    <main className={page.main} id="main">
      <div className={page.head}>
        <Link href={back} className={styles.crumb} prefetch={false}>
          Traces
          <Icon name="chevron-right" size={12} />
        </Link>
        <h1 className="truncate">{trace ? (trace.nodes[0]?.event.type ?? 'type not said') : 'Trace'}</h1>
        <CopyId value={traceId} />
        <span className="grow" />
        {trace && !isFirstPart(trace) && <ExportButton trace={trace} />}
        <LinkButton href={keepView(url.params, `/traces/compare?a=${encodeURIComponent(traceId)}`)}>Compare</LinkButton>
        <CopyLinkButton />
      </div>
      <QueryGate
        query={query}
        what="the trace"
        saysOld={trace === undefined || !isFirstPart(trace)}
        works="Taps go on storing events."
        missing={<UnknownTrace traceId={traceId} back={back} />}
      >
        {(data) => (
          <OpenTrace
            trace={data}
            wiring={wiring}
            topology={topology}
            isReading={query.isFetching}
            restFailed={query.error?.message ?? null}
            onReadRest={() => void query.refetch()}
            state={state}
            change={(next, way = 'push') => url[way](writeTraceUrl(url.params, next))}
            hrefOf={(href) => keepView(url.params, href)}
          />
        )}
      </QueryGate>
    </main>
  );
}

function UnknownTrace({ traceId, back }: { readonly traceId: string; readonly back: string }) {
  return (
    <EmptyState
      title="No trace with this id"
      actions={
        <>
          <LinkButton href={`/traces?q=${encodeURIComponent(traceId)}`} look="solid">
            Search it as any id
          </LinkButton>
          <LinkButton href={back}>Latest traces</LinkButton>
          <LinkButton href="/settings">What is watched</LinkButton>
        </>
      }
    >
      <p>
        Nothing that is stored carries the trace id <code>{traceId.length > 200 ? `${traceId.slice(0, 200)}…` : traceId}</code>. It may be
        older than the store keeps, on a channel without a tap, or another kind of id. If it is still on its way, it appears here by itself.
      </p>
    </EmptyState>
  );
}
