'use client';
import { useCallback, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import type { TopologyView } from '@/lib/contract/topology';
import { lagHref, queueHref } from '@/lib/hrefs';
import { LAST_15_MINUTES } from '@/lib/time/range';
import { Button } from '@/components/ui/button';
import { FilterField } from '@/components/ui/filter-field';
import { useKeys } from '@/components/ui/keys';
import { Page, PageBody, PageColumn } from '@/components/ui/page';
import { Segmented } from '@/components/ui/segmented';
import { EmptyState, Loading, Note } from '@/components/ui/states';
import { QueryGate } from '@/components/live/query-gate';
import { useUrlBrokers, useUrlRange, useUrlText } from '@/components/live/url-state';
import { FirstRun } from '@/components/settings/first-run';
import { AttentionLine } from './attention-line';
import { buildFlow, filterView, type PlacedNode } from './flow-model';
import { PulseStrip } from './pulse-strip';
import type { RatesStore } from './rates-store';
import { Peek, SelectionPanel, findSelection } from './selection-panel';
import { TopologyTable } from './topology-table';
import { useLayout } from './use-layout';
import { useTopology } from './use-topology';
import styles from './topology.module.css';

const FlowCanvas = dynamic(() => import('./flow-canvas').then((module) => module.FlowCanvas), {
  ssr: false,
  loading: () => <Stage what="drawing the picture" />,
});

function Stage({ what }: { readonly what: string }) {
  return (
    <div className={styles.stage}>
      <Loading what={what} lines={4} />
    </div>
  );
}

/** Above this the picture is not drawn without a filter; the table still shows everything. */
const MOST_DRAWN = 600;

export function TopologyScreen() {
  const [range, setRange] = useUrlRange();
  const [brokers] = useUrlBrokers();
  const { query, store, live } = useTopology(range, brokers);
  const [mode, setMode] = useUrlText('view', 'push');
  const [words, setWords] = useUrlText('q', 'replace');
  const [sel, select] = useUrlText('sel', 'push');
  const [firstRunClosed, setFirstRunClosed] = useState(false);
  const asTable = mode === 'table';
  const toggle = (): void => setMode(asTable ? null : 'table');
  useKeys({ t: toggle, Escape: () => (sel === null ? false : select(null)) });
  const view = query.data;
  const shown = useMemo(() => (view ? filterView(view, words ?? '', brokers) : undefined), [view, words, brokers]);

  // Before the first event there is nothing to draw; the setup cards say whether that is going to change.
  if (view && !firstRunClosed && live && view.pulse.every((step) => step.events === 0) && view.edges.every((edge) => edge.count === 0)) {
    return <FirstRun view={view} onOpen={() => setFirstRunClosed(true)} />;
  }
  return (
    <Page
      title="Topology"
      answer={shown ? answerOf(shown, brokers) : 'Who talks to whom'}
      tools={
        <>
          <FilterField label="Filter services, channels, inboxes" className={styles.filter} value={words ?? ''} onChange={setWords} />
          <Segmented
            label="Flow or table"
            value={asTable ? 'table' : 'flow'}
            onChange={(next) => setMode(next === 'table' ? 'table' : null)}
            options={[
              { value: 'flow', title: 'Flow', hint: 'The picture (T)' },
              { value: 'table', title: 'Table', hint: 'The same as rows (T)' },
            ]}
          />
        </>
      }
    >
      <QueryGate query={query} what="the topology" works="Taps go on storing events; other screens may answer.">
        {() =>
          shown && view ? (
            <Body
              view={view}
              shown={shown}
              store={store}
              live={live}
              words={words ?? ''}
              asTable={asTable}
              sel={sel}
              select={select}
              setWords={setWords}
              range={range}
              setRange={setRange}
              brokers={brokers}
              toggle={toggle}
            />
          ) : null
        }
      </QueryGate>
    </Page>
  );
}

interface BodyProps {
  readonly view: TopologyView;
  readonly shown: TopologyView;
  readonly store: RatesStore;
  readonly live: boolean;
  readonly words: string;
  readonly asTable: boolean;
  readonly sel: string | null;
  readonly select: (id: string | null) => void;
  readonly setWords: (words: string | null) => void;
  readonly range: Parameters<typeof SelectionPanel>[0]['range'];
  readonly setRange: (range: Parameters<typeof SelectionPanel>[0]['range']) => void;
  readonly brokers: readonly string[] | null;
  readonly toggle: () => void;
}

function Body({ view, shown, store, live, words, asTable, sel, select, setWords, range, setRange, brokers, toggle }: BodyProps) {
  const narrow = useNarrow();
  const [details, setDetails] = useState<string | null>(null);
  const selection = useMemo(() => findSelection(view, sel), [view, sel]);
  const panel = selection && (!narrow || details === sel);
  const tooMany = shown.nodes.length > MOST_DRAWN;
  return (
    <>
      <AttentionLine items={view.attention} />
      <PageBody>
        <PageColumn>
          {sel !== null && !selection && (
            <Note tone="warn">
              <span className="grow">
                What the link selects, <code>{sel}</code>, is not in this picture: it had no event and no declaration in this window.
              </span>
              <Button onClick={() => select(null)}>Let go</Button>
            </Note>
          )}
          {shown.nodes.length === 0 ? (
            <div className={styles.stage}>
              <EmptyState
                title={words === '' ? 'Nothing to draw in this window' : `Nothing is called “${words}”`}
                actions={words === '' ? undefined : <Button onClick={() => setWords(null)}>Show all {view.nodes.length} nodes</Button>}
              >
                {words === ''
                  ? 'No channel, group or queue was declared, and no event was seen. Another time range may have some.'
                  : 'The filter looks at names of services, channels and inboxes, and keeps what is joined to them.'}
              </EmptyState>
            </div>
          ) : asTable || tooMany ? (
            <>
              {tooMany && !asTable && <Crowded view={shown} onFilter={setWords} />}
              <TopologyTable view={shown} store={store} selected={sel} onSelect={select} />
            </>
          ) : (
            <Picture
              shown={shown}
              store={store}
              live={live}
              sel={sel}
              select={select}
              frame={`${words} ${brokers?.join() ?? ''}`}
              toggle={toggle}
            />
          )}
          {narrow && selection && details !== sel && (
            <Peek selection={selection} store={store} onDetails={() => setDetails(sel)} onClose={() => select(null)} />
          )}
          <PulseStrip pulse={view.pulse} gaps={view.gaps} live={live} onLookBack={(next) => setRange(next ?? LAST_15_MINUTES)} />
        </PageColumn>
        {panel && (
          <SelectionPanel
            view={view}
            selection={selection}
            store={store}
            range={range}
            onSelect={select}
            onClose={() => {
              if (narrow) setDetails(null);
              else select(null);
            }}
          />
        )}
      </PageBody>
    </>
  );
}

interface PictureProps {
  readonly shown: TopologyView;
  readonly store: RatesStore;
  readonly live: boolean;
  readonly sel: string | null;
  readonly select: (id: string | null) => void;
  readonly frame: string;
  readonly toggle: () => void;
}

function Picture({ shown, store, live, sel, select, frame, toggle }: PictureProps) {
  const router = useRouter();
  const { nodes, edges } = useSteady(shown);
  const flow = useMemo(() => buildFlow({ nodes, edges }), [nodes, edges]);
  const layout = useLayout(flow);
  const open = useCallback(
    ({ node }: PlacedNode) => {
      if (node.kind === 'inbox')
        router.push(node.inboxKind === 'group' ? lagHref(node.broker, node.inbox) : queueHref(node.broker, node.inbox));
      else router.push('/traces');
    },
    [router],
  );
  if (layout.heights === null) return <Stage what="laying out the picture" />;
  return (
    <>
      {layout.plain && (
        <Note>
          <span className="grow">The layout took too long; this is a plain grid. A filter makes it small enough.</span>
          <Button onClick={toggle}>Open as table</Button>
        </Note>
      )}
      <FlowCanvas
        flow={flow}
        heights={layout.heights}
        store={store}
        selected={sel}
        onSelect={select}
        onOpen={open}
        onTidy={layout.tidyUp}
        live={live}
        frame={frame}
      />
    </>
  );
}

/** Nodes and edges keep their identity until their structure changes: counts and ages of a new snapshot do not draw the picture again. */
function useSteady(view: TopologyView): Pick<TopologyView, 'nodes' | 'edges'> {
  const held = useRef<{ key: string; view: Pick<TopologyView, 'nodes' | 'edges'> } | null>(null);
  return useMemo(() => {
    const key = JSON.stringify([
      view.nodes,
      view.edges.map((edge) => [edge.id, edge.kind, edge.from, edge.to, edge.evidence.map((each) => each.kind)]),
    ]);
    if (held.current?.key !== key) held.current = { key, view: { nodes: view.nodes, edges: view.edges } };
    return held.current.view;
  }, [view]);
}

function Crowded({ view, onFilter }: { readonly view: TopologyView; readonly onFilter: (words: string) => void }) {
  const busiest = useMemo(() => {
    const counts = new Map<string, number>();
    for (const edge of view.edges) if (edge.kind === 'publish') counts.set(edge.from, (counts.get(edge.from) ?? 0) + edge.count);
    return view.nodes
      .filter((node) => node.kind === 'service' && node.unknown === null)
      .sort((a, b) => (counts.get(b.id) ?? 0) - (counts.get(a.id) ?? 0))
      .slice(0, 5);
  }, [view]);
  return (
    <Note tone="warn">
      <span className={styles.crowded}>
        <b>Crowded: {view.nodes.length} nodes.</b> Too many to read as a picture; here they are as rows. Choose a start, or type a name into
        the filter (F).
        {busiest.map((node) => (
          <Button key={node.id} onClick={() => onFilter(node.title)}>
            {node.title}
          </Button>
        ))}
      </span>
    </Note>
  );
}

function answerOf(view: TopologyView, brokers: readonly string[] | null): string {
  const names = new Set(view.nodes.flatMap((node) => (node.kind === 'service' ? [] : [node.broker])));
  const over = brokers === null ? names.size : brokers.length;
  return `Who talks to whom, over ${over} ${over === 1 ? 'broker' : 'brokers'}. ${view.nodes.length} nodes, ${view.edges.length} edges.`;
}

const narrowQuery = '(max-width: 1179px)';

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(narrowQuery);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => window.matchMedia(narrowQuery).matches,
    () => false,
  );
}
