'use client';
import { useCallback, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import type { NodeId, TopologyView } from '@/lib/contract/topology';
import { focusPicture, groupPicture } from '@/lib/topology/group-picture';
import { readCrowdUrl, writeCrowdUrl, type CrowdUrl } from '@/lib/topology/crowd-url';
import { lagHref, queueHref, tracesAtHref } from '@/lib/hrefs';
import { LAST_15_MINUTES } from '@/lib/time/range';
import { Button } from '@/components/ui/button';
import { FilterField } from '@/components/ui/filter-field';
import { useKeys } from '@/components/ui/keys';
import { Page, PageBody, PageColumn } from '@/components/ui/page';
import { Segmented } from '@/components/ui/segmented';
import { EmptyState, Loading, Note } from '@/components/ui/states';
import { QueryGate } from '@/components/live/query-gate';
import { useUrlBrokers, useUrlRange, useUrlState, useUrlText } from '@/components/live/url-state';
import { FirstRun } from '@/components/settings/first-run';
import { AttentionLine } from './attention-line';
import { FILTER_ABOVE, FocusLine, GROUPED_ABOVE, GroupsLine, TooMany } from './crowded';
import { buildFlow, filterView, type PlacedNode } from './flow-model';
import { PulseStrip } from './pulse-strip';
import { addUpRates, type RatesStore } from './rates-store';
import { Peek, SelectionPanel, findSelection } from './selection-panel';
import { TopologyTable } from './topology-table';
import { useLayout } from './use-layout';
import { useTopology } from './use-topology';
import styles from './topology.module.css';

const FlowCanvas = dynamic(() => import('./flow-canvas').then((module) => module.FlowCanvas), {
  ssr: false,
  loading: () => <Stage what="drawing the picture" />,
});

/** From so many nodes on one may ask for groups. */
const ASK_ABOVE = 60;

function Stage({ what }: { readonly what: string }) {
  return (
    <div className={styles.stage}>
      <Loading what={what} lines={4} />
    </div>
  );
}

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
  const url = useUrlState();
  const crowd = useMemo(() => readCrowdUrl(url.params), [url.params]);
  const setCrowd = (change: Partial<CrowdUrl>): void => url.push(writeCrowdUrl(url.params, change));
  const filtered = useMemo(() => (view ? filterView(view, words ?? '', brokers) : undefined), [view, words, brokers]);
  const shown = useMemo(
    () => (filtered && crowd.focus !== null ? focusPicture(filtered, crowd.focus, crowd.steps) : filtered),
    [filtered, crowd.focus, crowd.steps],
  );
  const grouped = crowd.grouped ?? (shown?.nodes.length ?? 0) > GROUPED_ABOVE;

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
          {(shown?.nodes.length ?? 0) > ASK_ABOVE && !asTable && (
            <Segmented
              label="Single nodes or groups"
              value={grouped ? 'grouped' : 'single'}
              onChange={(next) => setCrowd({ grouped: next === 'grouped', opened: [] })}
              options={[
                { value: 'single', title: 'Single' },
                { value: 'grouped', title: 'Grouped', hint: 'By the beginning of their names' },
              ]}
            />
          )}
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
              all={filtered ?? shown}
              crowd={crowd}
              setCrowd={setCrowd}
              grouped={grouped}
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
  /** Before the focus took parts away. */
  readonly all: TopologyView;
  readonly crowd: CrowdUrl;
  readonly setCrowd: (change: Partial<CrowdUrl>) => void;
  readonly grouped: boolean;
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

function Body(props: BodyProps) {
  const {
    view,
    shown,
    all,
    crowd,
    setCrowd,
    grouped,
    store,
    live,
    words,
    asTable,
    sel,
    select,
    setWords,
    range,
    setRange,
    brokers,
    toggle,
  } = props;
  const narrow = useNarrow();
  const [details, setDetails] = useState<string | null>(null);
  const selection = useMemo(() => findSelection(view, sel), [view, sel]);
  const panel = selection && (!narrow || details === sel);
  const tooMany = shown.nodes.length > FILTER_ABOVE && crowd.grouped !== true;
  const focus = (id: NodeId): void => setCrowd({ focus: id, steps: 2 });
  const focused = crowd.focus === null ? null : view.nodes.find(({ id }) => id === crowd.focus);
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
          {crowd.focus !== null && (
            <FocusLine
              title={focused?.title ?? crowd.focus}
              steps={crowd.steps}
              nodes={shown.nodes.length}
              of={all.nodes.length}
              onSteps={(steps) => setCrowd({ steps })}
              onClose={() => setCrowd({ focus: null })}
            />
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
              {tooMany && !asTable && <TooMany view={shown} onFocus={focus} />}
              <TopologyTable view={shown} store={store} selected={sel} onSelect={select} />
            </>
          ) : (
            <Picture
              shown={shown}
              store={store}
              live={live}
              sel={sel}
              select={select}
              frame={`${words} ${brokers?.join() ?? ''} ${crowd.focus ?? ''} ${crowd.steps} ${grouped}`}
              toggle={toggle}
              grouped={grouped}
              opened={crowd.opened}
              onOpened={(opened) => setCrowd({ grouped: true, opened })}
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
            onFocus={focus}
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
  readonly grouped: boolean;
  readonly opened: readonly NodeId[];
  readonly onOpened: (opened: readonly NodeId[]) => void;
}

function Picture({ shown, store, live, sel, select, frame, toggle, grouped, opened, onOpened }: PictureProps) {
  const router = useRouter();
  const { nodes, edges } = useSteady(shown);
  const openSet = useMemo(() => new Set(opened), [opened]);
  const picture = useMemo(() => (grouped ? groupPicture({ nodes, edges }, openSet) : null), [grouped, nodes, edges, openSet]);
  const flow = useMemo(() => buildFlow(picture ?? { nodes, edges }), [picture, nodes, edges]);
  const rates = useMemo(() => (picture ? addUpRates(store, picture.membersOf) : store), [picture, store]);
  const layout = useLayout(flow);
  const toggleGroup = (id: NodeId): void => onOpened(openSet.has(id) ? opened.filter((each) => each !== id) : [...opened, id]);
  // A group is no place that could be selected: it opens. A line between groups opens those at its ends.
  const choose = (id: string | null): void => {
    const edge = id === null ? undefined : picture?.membersOf.has(id) ? picture.edges.find((each) => each.id === id) : undefined;
    if (id !== null && picture?.groups.some((group) => group.id === id)) toggleGroup(id);
    else if (edge)
      onOpened([...new Set([...opened, ...[edge.from, edge.to].filter((end) => picture?.groups.some((group) => group.id === end))])]);
    else select(id);
  };
  const open = useCallback(
    ({ node }: PlacedNode) => {
      if (node.kind === 'group') return;
      if (node.kind === 'inbox')
        router.push(node.inboxKind === 'group' ? lagHref(node.broker, node.inbox) : queueHref(node.broker, node.inbox));
      else router.push(node.kind === 'service' && node.unknown !== null ? '/traces' : tracesAtHref(node.kind, node.title));
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
      {picture && <GroupsLine nodes={shown.nodes.length} groups={picture.groups} opened={openSet} onToggle={toggleGroup} />}
      <FlowCanvas
        flow={flow}
        heights={layout.heights}
        store={rates}
        selected={sel}
        onSelect={choose}
        onMove={layout.move}
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
