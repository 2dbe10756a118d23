'use client';

import dynamic from 'next/dynamic';
import { useMemo } from 'react';
import type { TopologyView } from '@/lib/contract/topology';
import type { TraceView } from '@/lib/contract/traces';
import { criticalPath } from '@/lib/traces/critical-path';
import { isFirstPart } from '@/lib/traces/first-part';
import { readStory } from '@/lib/traces/read-story';
import { timelineRows, type TimelineRow, type TraceWiring } from '@/lib/traces/timeline';
import { traceViews, type TraceUrl } from '@/lib/traces/traces-url';
import { EventPanel } from '@/components/events/event-panel';
import { useKeys } from '@/components/ui/keys';
import { PageBody, PageColumn, Strip } from '@/components/ui/page';
import { Tabs } from '@/components/ui/segmented';
import { CutNotice, Loading } from '@/components/ui/states';
import { EventAbout } from './event-about';
import { RestIsRead, RestUnread } from './rest-of-trace';
import { TimelineLegend } from './timeline-legend';
import { TraceEventsTable } from './trace-events-table';
import { TraceFacts, WhatIsNotSure } from './trace-facts';
import { TraceSequence } from './trace-sequence';
import { TraceTimeline } from './trace-timeline';
import styles from './traces.module.css';

const TraceGraphView = dynamic(() => import('./trace-graph-view').then((module) => module.TraceGraphView), {
  ssr: false,
  loading: () => (
    <div className={styles.reading}>
      <Loading what="drawing the graph" lines={4} />
    </div>
  ),
});

export interface OpenTraceProps {
  readonly trace: TraceView;
  readonly wiring: TraceWiring;
  readonly topology: TopologyView | null;
  readonly state: TraceUrl;
  /** More of it is on its way. */
  readonly isReading?: boolean;
  /** The rest could not be read, in the server's words. */
  readonly restFailed?: string | null;
  readonly onReadRest?: () => void;
  readonly change: (next: Partial<TraceUrl>, way?: 'push' | 'replace') => void;
  readonly hrefOf: (href: string) => string;
}

/** One trace, four views of one selection: what is selected anywhere is selected everywhere, and stands in the address. */
export function OpenTrace(props: OpenTraceProps) {
  const { trace, wiring, topology, isReading = false, restFailed = null, onReadRest, state, change, hrefOf } = props;
  const story = useMemo(() => readStory(trace.story), [trace.story]);
  const rows = useMemo(() => timelineRows(trace.nodes, wiring, story), [trace.nodes, wiring, story]);
  const path = useMemo(() => (state.path ? criticalPath(trace.nodes) : []), [state.path, trace.nodes]);
  const selectedRow = useMemo(() => rowOf(rows, state), [rows, state]);
  // With a panel open a further row replaces the selection: Back then closes the panel instead of walking all rows back.
  const way = state.event === null ? 'push' : 'replace';
  const select = (event: string | null, inbox: string | null = null): void => change({ event, inbox }, event === null ? 'push' : way);
  const chooseRow = (row: TimelineRow): void => (row.kind === 'event' ? select(row.node.event.id) : select(row.event, row.inbox));
  const step = (by: number): void | boolean => {
    // The table moves its own selection, in its own order.
    if (state.view === 'table') return false;
    const among = state.view === 'timeline' ? rows : rows.filter((row) => row.kind === 'event');
    const current = state.view === 'timeline' ? selectedRow : state.event;
    const at = among.findIndex((row) => row.key === current);
    const row = among[Math.max(0, Math.min(among.length - 1, at < 0 ? 0 : at + by))];
    if (row) chooseRow(row);
  };
  const turnView = (by: number): void | boolean =>
    state.event === null
      ? change({ view: traceViews[(traceViews.indexOf(state.view) + by + traceViews.length) % traceViews.length] ?? 'timeline' })
      : false;
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    '[': () => turnView(-1),
    ']': () => turnView(1),
  });
  return (
    <>
      <Strip>
        <Tabs
          label="Views of this trace"
          value={state.view}
          tabs={[
            { value: 'graph', title: 'Graph' },
            { value: 'timeline', title: 'Timeline' },
            { value: 'sequence', title: 'Sequence' },
            { value: 'table', title: 'Table' },
          ]}
          onChange={(view) => change({ view })}
        />
        <span className="grow" />
        <TraceFacts trace={trace} selected={state.event} onSelect={(event) => select(event)} />
      </Strip>
      <PageBody>
        <PageColumn>
          {state.view === 'timeline' ? (
            <>
              <TraceTimeline
                rows={rows}
                selected={selectedRow}
                selectedEvent={state.event}
                onSelect={chooseRow}
                onAttempt={(event) => select(event)}
                path={path}
                zoom={state.zoom}
                onZoom={(zoom) => change({ zoom }, 'replace')}
              />
              <TimelineLegend path={state.path} onPath={(on) => change({ path: on }, 'replace')} trace={trace} />
            </>
          ) : state.view === 'sequence' ? (
            <TraceSequence rows={rows} first={trace.first} selected={state.event} onSelect={select} />
          ) : state.view === 'graph' ? (
            <TraceGraphView rows={rows} topology={topology} selected={state.event} onSelect={(event) => select(event)} />
          ) : (
            <TraceEventsTable
              nodes={trace.nodes}
              story={story}
              first={trace.first}
              selected={state.event}
              onSelect={(event) => select(event)}
              sort={state.sort}
              onSort={(sort) => change({ sort }, 'replace')}
              chosen={state.columns}
              onChosen={(columns) => change({ columns }, 'replace')}
              fileName={`trace-${trace.traceId.slice(0, 16)}`}
            />
          )}
          {!isFirstPart(trace) && <WhatIsNotSure trace={trace} selected={state.event} onSelect={(event) => select(event)} />}
          {!isFirstPart(trace) ? (
            <CutNotice cut={trace.cut} order="Oldest first" />
          ) : isReading || onReadRest === undefined ? (
            <RestIsRead cut={trace.cut} />
          ) : (
            <RestUnread cut={trace.cut} why={restFailed} onRead={onReadRest} />
          )}
        </PageColumn>
        {state.event !== null && (
          <EventPanel
            key={state.event}
            id={state.event}
            tab={state.tab}
            onTab={(tab) => change({ tab }, 'replace')}
            onClose={() => select(null)}
            hrefOf={hrefOf}
            about={<EventAbout event={state.event} nodes={trace.nodes} story={story} onSelect={(event) => select(event)} />}
            consumptionOf={(inbox) => story.consumptionOf(state.event ?? '', inbox)}
          />
        )}
      </PageBody>
    </>
  );
}

/** The row that stands for the selection: an attempt stands on the row of the inbox that got it. */
function rowOf(rows: readonly TimelineRow[], { event, inbox }: TraceUrl): string | null {
  if (event === null) return null;
  const wanted = inbox === null ? event : `${event} > ${inbox}`;
  if (rows.some((row) => row.key === wanted)) return wanted;
  const holder = rows.find((row) => row.kind === 'inbox' && row.attempts.some(({ node }) => node.event.id === event));
  return holder?.key ?? event;
}
