'use client';

import { useEffect, useMemo } from 'react';
import Link from 'next/link';
import type { TraceView } from '@/lib/contract/traces';
import { formatDuration, formatExact } from '@/lib/time/format';
import { timelineRows } from '@/lib/traces/timeline';
import { readTraceUrl, writeTraceUrl, type TraceUrl } from '@/lib/traces/traces-url';
import { EventPanel } from '@/components/events/event-panel';
import { QueryGate } from '@/components/live/query-gate';
import { keepView, useUrlState } from '@/components/live/url-state';
import { LinkButton } from '@/components/ui/button';
import { CopyId } from '@/components/ui/copy-id';
import { CopyLinkButton } from '@/components/ui/copy-link';
import { Icon } from '@/components/ui/icon';
import { useKeys } from '@/components/ui/keys';
import { Lamp } from '@/components/ui/lamp';
import { PageBody, PageColumn, Strip } from '@/components/ui/page';
import { Tabs } from '@/components/ui/segmented';
import { CutNotice, EmptyState } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { TraceEventsTable } from './trace-events-table';
import { TraceTimeline } from './trace-timeline';
import { useTrace, useWiring } from './use-trace';
import page from '@/components/ui/page.module.css';
import styles from './traces.module.css';

const views: readonly TraceUrl['view'][] = ['timeline', 'table'];

/** Where did the time go, where did it die? One trace, as a waterfall or a table; selecting in either selects in both. */
export function TraceScreen({ traceId }: { readonly traceId: string }) {
  const url = useUrlState();
  const state = readTraceUrl(url.params);
  const query = useTrace(traceId);
  const trace = query.data;
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
        <CopyLinkButton />
      </div>
      <QueryGate query={query} what="the trace" works="Taps go on storing events." missing={<UnknownTrace traceId={traceId} back={back} />}>
        {(data) => (
          <>
            <Strip>
              <Tabs
                label="Views of this trace"
                value={state.view}
                tabs={[
                  { value: 'timeline', title: 'Timeline' },
                  { value: 'table', title: 'Table' },
                ]}
                onChange={(view) => url.push(writeTraceUrl(url.params, { view }))}
              />
              <span className="grow" />
              <TraceFacts trace={data} />
            </Strip>
            <OpenTrace
              trace={data}
              state={state}
              change={(next, way = 'push') => url[way](writeTraceUrl(url.params, next))}
              hrefOf={(href) => keepView(url.params, href)}
            />
          </>
        )}
      </QueryGate>
    </main>
  );
}

interface OpenTraceProps {
  readonly trace: TraceView;
  readonly state: TraceUrl;
  readonly change: (next: Partial<TraceUrl>, way?: 'push' | 'replace') => void;
  readonly hrefOf: (href: string) => string;
}

function OpenTrace({ trace, state, change, hrefOf }: OpenTraceProps) {
  const wiring = useWiring();
  const rows = useMemo(() => timelineRows(trace.nodes, wiring), [trace.nodes, wiring]);
  const selected = state.event === null ? null : state.inbox === null ? state.event : `${state.event} > ${state.inbox}`;
  // With a panel open a further row replaces the selection: Back then closes the panel instead of walking all rows back.
  const way = state.event === null ? 'push' : 'replace';
  const select = (event: string | null, inbox: string | null = null): void => change({ event, inbox }, event === null ? 'push' : way);
  const step = (by: number): void => {
    if (state.view !== 'timeline') return;
    const at = rows.findIndex((row) => row.key === selected);
    const row = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))];
    if (row) select(row.kind === 'event' ? row.node.event.id : row.event, row.kind === 'event' ? null : row.inbox);
  };
  const turnView = (by: number): void | boolean =>
    state.event === null ? change({ view: views[(views.indexOf(state.view) + by + views.length) % views.length] ?? 'timeline' }) : false;
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    '[': () => turnView(-1),
    ']': () => turnView(1),
  });
  const orphans = trace.nodes.filter((node) => node.orphan).length;
  const guessed = trace.nodes.filter((node) => node.joinedBy === 'time').length;
  const skewed = trace.nodes.filter((node) => node.skewMicros !== null && node.skewMicros !== 0).length;
  return (
    <PageBody>
      <PageColumn>
        {state.view === 'timeline' ? (
          <>
            <TraceTimeline
              rows={rows}
              selected={selected}
              onSelect={(row) => (row.kind === 'event' ? select(row.node.event.id) : select(row.event, row.inbox))}
            />
            <Legend />
          </>
        ) : (
          <TraceEventsTable nodes={trace.nodes} first={trace.first} selected={state.event} onSelect={(event) => select(event)} />
        )}
        {(orphans > 0 || guessed > 0 || skewed > 0) && (
          <div className={styles.legend}>
            {orphans > 0 && (
              <span>
                {orphans === 1
                  ? '1 event names a cause that was not seen'
                  : `${formatExact(orphans)} events name causes that were not seen`}
                ; it may be older than our taps, or on a channel without one.
              </span>
            )}
            {guessed > 0 && <span>{formatExact(guessed)} joined by time only, inferred.</span>}
            {skewed > 0 && (
              <span>
                {skewed === 1 ? "1 event's clock is" : `${formatExact(skewed)} events' clocks are`} behind its cause&apos;s: lengths there
                are not exact.
              </span>
            )}
          </div>
        )}
        <CutNotice cut={trace.cut} order="Oldest first" />
      </PageColumn>
      {state.event !== null && (
        <EventPanel
          key={state.event}
          id={state.event}
          tab={state.tab}
          onTab={(tab) => change({ tab }, 'replace')}
          onClose={() => select(null)}
          hrefOf={hrefOf}
        />
      )}
    </PageBody>
  );
}

function TraceFacts({ trace }: { readonly trace: TraceView }) {
  const replays = trace.nodes.filter((node) => node.event.replayId !== null).length;
  const brokers = new Set(trace.nodes.map((node) => node.event.broker));
  return (
    <div className={styles.facts}>
      <span className="num wide-only">
        Started{' '}
        <b>
          <Time at={trace.first} precision="millis" />
        </b>
      </span>
      <span className="num">
        Took <b>{formatDuration((trace.last - trace.first) / 1000, 'sentence')}</b>
      </span>
      <span className="num">
        <b>{formatExact(trace.nodes.length)}</b> {trace.nodes.length === 1 ? 'event' : 'events'},{' '}
        <b>{formatExact(trace.services.length)}</b> {trace.services.length === 1 ? 'service' : 'services'}
      </span>
      {brokers.size > 1 && <span className="wide-only">{brokers.size === 2 ? 'both brokers' : `${brokers.size} brokers`}</span>}
      {trace.errors > 0 && <Lamp kind="bad">{trace.errors === 1 ? '1 dead letter' : `${formatExact(trace.errors)} dead letters`}</Lamp>}
      {replays > 0 && <Lamp kind="replay">{replays === 1 ? 'replayed once' : `replayed ${replays} times`}</Lamp>}
    </div>
  );
}

function Legend() {
  return (
    <div className={styles.legend}>
      <span>
        <Icon name="event" size={12} /> published
      </span>
      <span>
        <i className={styles.legendBar} aria-hidden="true" /> waited or processed, until what followed
      </span>
      <span>
        <Icon name="dead-letter-inbox" size={13} className="tone-bad" /> dead letter
      </span>
      <span>
        <b aria-hidden="true">R1</b> replay
      </span>
      <span>
        <b aria-hidden="true">{'//'}</b> time left out
      </span>
    </div>
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
