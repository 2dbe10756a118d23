'use client';

import dynamic from 'next/dynamic';
import { useMemo, type ReactNode } from 'react';
import type { TopologyView } from '@/lib/contract/topology';
import type { TraceView } from '@/lib/contract/traces';
import { formatDuration, formatExact } from '@/lib/time/format';
import { criticalPath } from '@/lib/traces/critical-path';
import { isFirstPart } from '@/lib/traces/first-part';
import { readStory } from '@/lib/traces/read-story';
import { timelineRows, type TimelineRow, type TraceWiring } from '@/lib/traces/timeline';
import { traceViews, type TraceUrl } from '@/lib/traces/traces-url';
import { EventPanel } from '@/components/events/event-panel';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { useKeys } from '@/components/ui/keys';
import { Lamp } from '@/components/ui/lamp';
import { PageBody, PageColumn, Strip } from '@/components/ui/page';
import { Tabs } from '@/components/ui/segmented';
import { CutNotice, Loading, Note } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { EventAbout } from './event-about';
import { TraceEventsTable } from './trace-events-table';
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
              <Legend path={state.path} onPath={(on) => change({ path: on }, 'replace')} trace={trace} />
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
            <Reading cut={trace.cut} />
          ) : (
            <Unread cut={trace.cut} why={restFailed} onRead={onReadRest} />
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

/** The first events are there to be read, the others come. */
function Reading({ cut }: { readonly cut: TraceView['cut'] }) {
  return (
    <Note>
      <span role="status" className="num">
        The first <b>{formatExact(cut?.shown ?? 0)}</b>
        {cut?.of === null || cut === null ? '' : ` of ${formatExact(cut.of)}`} events; the rest is being read …
      </span>
    </Note>
  );
}

/** The first events are there, the others could not be read. */
function Unread({ cut, why, onRead }: { readonly cut: TraceView['cut']; readonly why: string | null; readonly onRead: () => void }) {
  return (
    <Note tone="warn">
      <Lamp kind="warn" label="not whole" />
      <span role="alert" className="grow num">
        Only the first <b>{formatExact(cut?.shown ?? 0)}</b>
        {cut?.of === null || cut === null ? '' : ` of ${formatExact(cut.of)}`} events are here: the rest could not be read
        {why === null ? '.' : ` (${why.replace(/\.$/, '')}).`}
      </span>
      <Button onClick={onRead}>Read the rest</Button>
    </Note>
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

interface FactsProps {
  readonly trace: TraceView;
  readonly selected: string | null;
  readonly onSelect: (event: string) => void;
}

/** What went wrong is one click away: each further click selects the next such event. */
function Trouble({ events, selected, onSelect, children }: Omit<FactsProps, 'trace'> & { events: readonly string[]; children: ReactNode }) {
  const next = events[(selected === null ? -1 : events.indexOf(selected)) + 1] ?? events[0];
  return next === undefined ? (
    children
  ) : (
    <Button
      look="quiet"
      title={events.length === 1 ? 'Select this event' : 'Select the next of these events'}
      onClick={() => onSelect(next)}
    >
      {children}
    </Button>
  );
}

function TraceFacts({ trace, selected, onSelect }: FactsProps) {
  const letters = trace.nodes.flatMap(({ event }) => (event.deadLetter ? [event.id] : []));
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
      {!isFirstPart(trace) && (
        <span className="num">
          Took <b>{formatDuration((trace.last - trace.first) / 1000, 'sentence')}</b>
        </span>
      )}
      <span className="num">
        <b>{formatExact(isFirstPart(trace) ? (trace.cut?.of ?? trace.nodes.length) : trace.nodes.length)}</b>{' '}
        {trace.nodes.length === 1 ? 'event' : 'events'}, <b>{formatExact(trace.services.length)}</b>{' '}
        {trace.services.length === 1 ? 'service' : 'services'}
      </span>
      {brokers.size > 1 && <span className="wide-only">{brokers.size === 2 ? 'both brokers' : `${brokers.size} brokers`}</span>}
      {trace.errors > 0 && (
        <Trouble events={letters} selected={selected} onSelect={onSelect}>
          <Lamp kind="bad">{trace.errors === 1 ? '1 dead letter' : `${formatExact(trace.errors)} dead letters`}</Lamp>
        </Trouble>
      )}
      {replays > 0 && <Lamp kind="replay">{replays === 1 ? 'replayed once' : `replayed ${replays} times`}</Lamp>}
    </div>
  );
}

/** What was concluded, and what was not seen, in words. */
function WhatIsNotSure({ trace, selected, onSelect }: FactsProps) {
  const { nodes, story } = trace;
  const orphans = nodes.filter((node) => node.orphan).length;
  const guessed = nodes.filter((node) => node.joinedBy === 'time' || node.joinedBy === 'key').length;
  const skewed = nodes.filter((node) => node.skewMicros !== null && node.skewMicros !== 0).length;
  // That nobody reads the dead letters is no news here.
  const letters = new Set(nodes.flatMap(({ event }) => (event.deadLetter ? [event.id] : [])));
  const waiting = (story?.consumption ?? []).filter(
    ({ event, state }) => (state === 'not-yet' || state === 'no-members') && !letters.has(event),
  );
  const flow = story?.flow;
  if (orphans + guessed + skewed + waiting.length === 0 && flow === undefined) return null;
  return (
    <div className={styles.legend}>
      {flow && (
        <span>
          <Icon name="inferred" size={13} />
          {flow.evidence === 'inferred' ? 'Inferred: joined' : 'Joined'} by {flow.joinedBy}
          {flow.cappedAt === null ? '' : `, up to ${formatExact(flow.cappedAt)} events`}.
        </span>
      )}
      {waiting.length > 0 && (
        <Trouble events={[...new Set(waiting.map(({ event }) => event))]} selected={selected} onSelect={onSelect}>
          <Lamp kind="warn" ink>
            {waiting.length === 1
              ? '1 inbox has not taken its event yet'
              : `${formatExact(waiting.length)} times an inbox has not taken its event yet`}
          </Lamp>
        </Trouble>
      )}
      {orphans > 0 && (
        <span>
          {orphans === 1 ? '1 event names a cause that was not seen' : `${formatExact(orphans)} events name causes that were not seen`}; it
          may be older than our taps, or on a channel without one.
        </span>
      )}
      {guessed > 0 && <span>{formatExact(guessed)} joined by time or key only, inferred.</span>}
      {skewed > 0 && (
        <span>
          {skewed === 1
            ? "1 event's clock is behind its cause's"
            : `${formatExact(skewed)} events' clocks are behind those of their causes`}
          : lengths there are not exact.
        </span>
      )}
    </div>
  );
}

interface LegendProps {
  readonly trace: TraceView;
  readonly path: boolean;
  readonly onPath: (on: boolean) => void;
}

function Legend({ trace, path, onPath }: LegendProps) {
  const worked = trace.story?.consumption?.some(({ state }) => state === 'consumed-between') ?? false;
  return (
    <div className={styles.legend}>
      <span>
        <Icon name="event" size={12} /> published
      </span>
      {worked && (
        <>
          <span>
            <i className={styles.legendBar} aria-hidden="true" />
            <i className={styles.legendWork} aria-hidden="true" /> waited in an inbox, then taken and done within
          </span>
        </>
      )}
      <span>
        <i className={styles.legendBar} aria-hidden="true" /> {worked ? 'alone: ' : ''}waited or processed, until what followed
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
      <span className="grow" />
      <Button look="quiet" aria-pressed={path} onClick={() => onPath(!path)} title="The chain of causes that ended last">
        <i className={styles.legendPath} aria-hidden="true" /> critical path {path ? 'shown' : 'hidden'}
      </Button>
    </div>
  );
}
