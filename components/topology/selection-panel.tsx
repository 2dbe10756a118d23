'use client';
import { useSyncExternalStore, type ReactNode } from 'react';
import Link from 'next/link';
import { useQuery } from '@tanstack/react-query';
import { writeRange, type AskedRange } from '@/lib/time/range';
import type { Evidence } from '@/lib/events/names';
import type { TopologyDetail, TopologyEdge, TopologyNode, TopologyView } from '@/lib/contract/topology';
import { formatCount, formatExact, formatRate, formatShare } from '@/lib/time/format';
import { deadLettersHref, lagHref, queueHref, traceHref, tracesAtHref } from '@/lib/hrefs';
import { Button, LinkButton } from '@/components/ui/button';
import { Figure, Figures } from '@/components/ui/figure';
import { Lamp, lampOfLevel } from '@/components/ui/lamp';
import { Panel, PanelSection } from '@/components/ui/panel';
import { Sparkline } from '@/components/ui/sparkline';
import { Age, Time } from '@/components/ui/time';
import { EventMark, channelTitles, systemTitles } from '@/components/ui/tags';
import { api } from '@/components/live/api';
import { QueryGate } from '@/components/live/query-gate';
import { hueOf } from './flow-edges';
import { LineSample } from './line-sample';
import { sumRates, type RatesStore } from './rates-store';
import { NodeTag } from './topology-table';
import styles from './topology.module.css';

export type Selection =
  | { readonly kind: 'node'; readonly node: TopologyNode }
  | { readonly kind: 'edge'; readonly edge: TopologyEdge; readonly from: TopologyNode; readonly to: TopologyNode };

/** The node or edge of an id; null when it is not in the picture (filtered, gone, mistyped). */
export function findSelection(view: TopologyView, id: string | null): Selection | null {
  if (id === null) return null;
  const node = view.nodes.find((each) => each.id === id);
  if (node) return { kind: 'node', node };
  const edge = view.edges.find((each) => each.id === id);
  const from = edge && view.nodes.find((each) => each.id === edge.from);
  const to = edge && view.nodes.find((each) => each.id === edge.to);
  return edge && from && to ? { kind: 'edge', edge, from, to } : null;
}

export interface SelectionPanelProps {
  readonly view: TopologyView;
  readonly selection: Selection;
  readonly store: RatesStore;
  readonly range: AskedRange;
  readonly onClose: () => void;
  readonly onSelect: (id: string) => void;
  /** Draw only what is near it. */
  readonly onFocus: (id: string) => void;
}

export function SelectionPanel({ view, selection, store, range, onClose, onSelect, onFocus }: SelectionPanelProps) {
  const id = selection.kind === 'node' ? selection.node.id : selection.edge.id;
  const detail = useQuery({
    queryKey: ['topology-detail', id, writeRange(range)],
    queryFn: ({ signal }) => api.topologyDetail(id, writeRange(range), signal),
    refetchInterval: 5_000,
    placeholderData: undefined,
  });
  return (
    <Panel
      label={selection.kind === 'node' ? 'Selected node' : 'Selected edge'}
      eyebrow={eyebrowOf(selection)}
      title={<SelectionTitle selection={selection} />}
      onClose={onClose}
      footer={<Ways selection={selection} onFocus={onFocus} />}
    >
      <PanelSection>
        <LiveFigures view={view} selection={selection} store={store} />
        {detail.data && <Series detail={detail.data} hue={hueOfSelection(selection)} />}
      </PanelSection>
      {selection.kind === 'edge' ? (
        <EdgeEvidence edge={selection.edge} />
      ) : (
        <NodeFacts view={view} node={selection.node} onSelect={onSelect} />
      )}
      <QueryGate query={detail} what="the events of this selection" works="The picture and its rates go on." inline>
        {(data) => (
          <>
            <Types detail={data} />
            <Causes detail={data} />
            <Recent detail={data} />
          </>
        )}
      </QueryGate>
    </Panel>
  );
}

const edgeWords: Record<TopologyEdge['kind'], string> = {
  publish: 'Publish',
  route: 'Route',
  consume: 'Consume',
  'dead-letter': 'Dead-letter',
};

export function eyebrowOf(selection: Selection): string {
  if (selection.kind === 'edge')
    return `${edgeWords[selection.edge.kind]}, ${systemTitles[selection.edge.system]} ${selection.edge.broker}`;
  const { node } = selection;
  if (node.kind === 'service') return node.unknown === null ? 'Service' : 'Unknown producer';
  const what =
    node.kind === 'channel' ? channelTitles[node.channelKind] : node.deadLetter ? `dead-letter ${node.inboxKind}` : node.inboxKind;
  return `${what[0]?.toUpperCase()}${what.slice(1)}, ${systemTitles[node.system]} ${node.broker}`;
}

export function SelectionTitle({ selection }: { readonly selection: Selection }) {
  if (selection.kind === 'node') return <NodeTag node={selection.node} />;
  const { edge, from, to } = selection;
  const hue = hueOf({ edge, from: '', to: '' });
  return (
    <span className={styles.route}>
      <span>{nodeName(from)}</span>
      <svg width="24" height="10" aria-label="to" role="img">
        <path d="M0 5h18" stroke={hue} strokeWidth="2" />
        <path d="M17 1l7 4-7 4z" fill={hue} />
      </svg>
      <span>{nodeName(to)}</span>
    </span>
  );
}

const nodeName = (node: TopologyNode): string => (node.kind === 'service' && node.unknown !== null ? 'Unknown producer' : node.title);

const hueOfSelection = (selection: Selection): string => {
  if (selection.kind === 'edge') return hueOf({ edge: selection.edge, from: '', to: '' });
  if (selection.node.kind === 'service') return 'var(--ink-2)';
  return selection.node.system === 'kafka' ? 'var(--kafka)' : 'var(--rabbit)';
};

const flowWords: Record<TopologyEdge['kind'], string> = {
  publish: 'published',
  route: 'routed',
  consume: 'consumed',
  'dead-letter': 'died',
};

function LiveFigures({ view, selection, store }: Pick<SelectionPanelProps, 'view' | 'selection' | 'store'>) {
  const rates = useSyncExternalStore(store.subscribe, store.shown, store.shown);
  const asFigure = (rate: number): string => formatRate(rate).replace('/s', ' /s');
  if (selection.kind === 'edge') {
    const { edge, to } = selection;
    const value = rates.edges[edge.id];
    const inbox = rates.inboxes[to.id];
    return (
      <Figures>
        <Figure
          value={asFigure(value?.rate ?? 0)}
          what={flowWords[edge.kind]}
          tone={edge.kind === 'dead-letter' && (value?.rate ?? 0) > 0 ? 'bad' : undefined}
        />
        {edge.kind !== 'dead-letter' && (
          <Figure
            value={formatShare(value?.errorShare ?? 0)}
            what="to dead letters"
            tone={(value?.errorShare ?? 0) > 0 ? 'bad' : undefined}
          />
        )}
        {to.kind === 'inbox' && (
          <Figure
            value={inbox?.waiting === null || inbox === undefined ? null : formatCount(inbox.waiting)}
            what={to.inboxKind === 'queue' ? 'ready in the queue' : 'behind, events'}
            tone={inbox?.level === 'bad' || inbox?.level === 'warn' ? inbox.level : undefined}
          />
        )}
      </Figures>
    );
  }
  const { node } = selection;
  const incoming = view.edges.filter((edge) => edge.to === node.id);
  const outgoing = view.edges.filter((edge) => edge.from === node.id && edge.kind !== 'dead-letter');
  const inRate = sumRates(
    rates,
    incoming.map((edge) => edge.id),
  );
  const outRate = sumRates(
    rates,
    outgoing.map((edge) => edge.id),
  );
  if (node.kind === 'inbox') {
    const inbox = rates.inboxes[node.id];
    return (
      <>
        <Figures>
          <Figure
            value={inbox?.waiting === null || inbox === undefined ? null : formatCount(inbox.waiting)}
            what={node.inboxKind === 'queue' ? 'ready' : 'behind, events'}
            tone={inbox?.level === 'bad' || inbox?.level === 'warn' ? inbox.level : undefined}
          />
          <Figure value={asFigure(inRate)} what="in" />
          {!node.deadLetter && <Figure value={asFigure(outRate)} what="consumed" />}
        </Figures>
        {inbox && (
          <div>
            <Lamp kind={lampOfLevel(inbox.level)}>{inbox.text}</Lamp>
          </div>
        )}
      </>
    );
  }
  if (node.kind === 'channel') {
    return (
      <Figures>
        <Figure value={asFigure(inRate)} what="published" />
        <Figure value={formatExact(incoming.length)} what={incoming.length === 1 ? 'publisher' : 'publishers'} />
        <Figure value={formatExact(outgoing.length)} what={outgoing.length === 1 ? 'inbox' : 'inboxes'} />
      </Figures>
    );
  }
  return (
    <Figures>
      <Figure value={asFigure(outRate)} what="published" />
      <Figure value={asFigure(inRate)} what="consumed" />
      {node.members !== null && <Figure value={formatExact(node.members)} what={node.members === 1 ? 'member' : 'members'} />}
    </Figures>
  );
}

function Series({ detail, hue }: { readonly detail: TopologyDetail; readonly hue: string }) {
  const series = detail.series[0];
  if (!series || series.points.length < 2) return null;
  const known = series.points.flatMap((point) => point.value ?? []);
  return (
    <div style={{ marginTop: 12 }}>
      <Sparkline
        values={series.points.map((point) => point.value)}
        width={322}
        height={40}
        colour={hue}
        label={`${series.name}, ${series.unit}; highest ${formatCount(Math.max(0, ...known))}`}
        fluid
      />
      <div className={styles.sparkFoot}>
        <Time at={series.points[0]?.at} precision="minutes" />
        <span>
          {series.name}, {series.unit}
        </span>
        <Time at={series.points.at(-1)?.at} precision="minutes" />
      </div>
    </div>
  );
}

const evidenceTitles: Record<Evidence, readonly [found: string, not: string, why: string]> = {
  seen: ['Seen in traffic', 'Not seen', 'No event took this way in the window.'],
  declared: ['Declared by the broker', 'Not declared', 'The broker does not name this way.'],
  inferred: ['Inferred', 'Not inferred', 'Nothing on this edge is guessed.'],
};

function EdgeEvidence({ edge }: { readonly edge: TopologyEdge }) {
  return (
    <PanelSection title="How we know this edge">
      {(['seen', 'declared', 'inferred'] as const).map((kind) => {
        const found = edge.evidence.filter((each) => each.kind === kind);
        const [title, not, why] = evidenceTitles[kind];
        const hue = hueOf({ edge, from: '', to: '' });
        return (
          <div key={kind} className={`${styles.evidence} ${found.length === 0 ? styles.none : ''}`}>
            <LineSample look={kind} hue={hue} width={34} />
            <div>
              <b>{found.length === 0 ? not : title}</b>
              {found.length === 0 ? (
                <p>{why}</p>
              ) : (
                found.map((each) => (
                  <p key={each.text}>
                    {each.text}
                    {each.at !== null && (
                      <>
                        {' '}
                        <Age at={each.at} />
                      </>
                    )}
                  </p>
                ))
              )}
            </div>
          </div>
        );
      })}
    </PanelSection>
  );
}

function NodeFacts({
  view,
  node,
  onSelect,
}: {
  readonly view: TopologyView;
  readonly node: TopologyNode;
  readonly onSelect: (id: string) => void;
}) {
  const nodes = new Map(view.nodes.map((each) => [each.id, each]));
  const edges = view.edges.filter((edge) => edge.from === node.id || edge.to === node.id);
  return (
    <>
      {node.kind === 'service' && node.unknown !== null && (
        <PanelSection title="Why unknown">
          <p className="muted">{node.unknown}</p>
        </PanelSection>
      )}
      {node.kind === 'channel' && node.unreadable !== null && (
        <PanelSection title="Not readable">
          <p className="muted">{node.unreadable}</p>
        </PanelSection>
      )}
      {node.kind === 'inbox' && node.deadLetterWhy !== null && (
        <PanelSection title="Why dead letters">
          <p className="muted">{node.deadLetterWhy}</p>
        </PanelSection>
      )}
      <PanelSection title="Joined to">
        {edges.length === 0 ? (
          <p className="quiet">Nothing in this window.</p>
        ) : (
          <ul className={styles.list}>
            {edges.slice(0, 12).map((edge) => {
              const other = nodes.get(edge.from === node.id ? edge.to : edge.from);
              return other ? (
                <li key={edge.id}>
                  <LineSample
                    look={edge.kind === 'dead-letter' ? 'dead-letter' : (edge.evidence[0]?.kind ?? 'inferred')}
                    hue={hueOf({ edge, from: '', to: '' })}
                  />
                  <Button look="quiet" onClick={() => onSelect(edge.id)}>
                    {edge.from === node.id ? 'to' : 'from'} {nodeName(other)}
                  </Button>
                  <span className="grow" />
                  <span className="num quiet">{formatExact(edge.count)}</span>
                </li>
              ) : null;
            })}
          </ul>
        )}
        {edges.length > 12 && <p className="quiet">and {edges.length - 12} more, see the table</p>}
      </PanelSection>
    </>
  );
}

function Types({ detail }: { readonly detail: TopologyDetail }) {
  if (detail.types.length === 0) return null;
  return (
    <PanelSection title="Event types">
      <ul className={styles.list}>
        {detail.types.slice(0, 8).map((each) => (
          <li key={each.type}>
            <code className="grow truncate" title={each.type}>
              {each.type === '' ? 'no type said' : each.type}
            </code>
            <span className="num">{formatExact(each.count)}</span>
            <span className={`num ${each.failed > 0 ? 'tone-bad' : 'quiet'}`}>
              {each.failed > 0 ? `${formatShare(each.failed / Math.max(1, each.count))} dead` : 'none dead'}
            </span>
          </li>
        ))}
      </ul>
    </PanelSection>
  );
}

function Causes({ detail }: { readonly detail: TopologyDetail }) {
  if (detail.causes.length === 0) return null;
  return (
    <PanelSection title="Why events die here">
      <ul className={styles.list}>
        {detail.causes.slice(0, 6).map((each) => (
          <li key={each.cause}>
            <Lamp kind="bad" label="dead letters" />
            <b className="grow truncate" title={each.cause}>
              {each.cause}
            </b>
            <b className="num">{formatExact(each.count)}</b>
          </li>
        ))}
      </ul>
    </PanelSection>
  );
}

function Recent({ detail }: { readonly detail: TopologyDetail }) {
  return (
    <PanelSection title="Recent events">
      {detail.recent.length === 0 ? (
        <p className="quiet">None in this window.</p>
      ) : (
        <ul className={styles.list}>
          {detail.recent.slice(0, 12).map((event) => {
            const words: ReactNode = (
              <>
                <EventMark kind={event.deadLetter ? 'failed' : (event.attempt ?? 1) > 1 ? 'retry' : 'event'} size={10} />
                <span className="num quiet">
                  <Time at={event.observedAt} />
                </span>
                <span className="grow truncate">{event.type ?? event.key ?? event.routingKey ?? 'event'}</span>
              </>
            );
            return (
              <li key={event.id}>
                <Link
                  href={event.traceId === null ? `/traces?q=${encodeURIComponent(event.id)}` : traceHref(event.traceId, event.id)}
                  prefetch={false}
                >
                  {words}
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </PanelSection>
  );
}

/** Traces that touched the place; an edge is a place by its channel or inbox. */
function tracesOf(selection: Selection): string {
  const ends = selection.kind === 'node' ? [selection.node] : [selection.to, selection.from];
  const place = ends.find((node) => node.kind !== 'service') ?? ends[0];
  if (place === undefined || (place.kind === 'service' && place.unknown !== null)) return '/traces';
  return tracesAtHref(place.kind, place.kind === 'inbox' ? place.inbox : place.title);
}

function Ways({ selection, onFocus }: { readonly selection: Selection; readonly onFocus: (id: string) => void }) {
  const inbox =
    selection.kind === 'node'
      ? selection.node.kind === 'inbox'
        ? selection.node
        : null
      : selection.to.kind === 'inbox'
        ? selection.to
        : selection.from.kind === 'inbox'
          ? selection.from
          : null;
  const dead = (selection.kind === 'edge' && selection.edge.kind === 'dead-letter') || inbox?.deadLetter === true;
  return (
    <>
      {dead && (
        <LinkButton href={deadLettersHref()} look="solid">
          Show dead letters
        </LinkButton>
      )}
      {inbox && (
        <LinkButton href={inbox.inboxKind === 'group' ? lagHref(inbox.broker, inbox.inbox) : queueHref(inbox.broker, inbox.inbox)}>
          {inbox.inboxKind === 'group' ? 'Open lag' : 'Open queue'}
        </LinkButton>
      )}
      <LinkButton href={tracesOf(selection)}>Its traces</LinkButton>
      {selection.kind === 'node' && <Button onClick={() => onFocus(selection.node.id)}>Only what is near</Button>}
    </>
  );
}

/** Below 1180 px: the selection in one line under the picture, its panel on demand. */
export function Peek({
  selection,
  store,
  onDetails,
  onClose,
}: {
  readonly selection: Selection;
  readonly store: RatesStore;
  readonly onDetails: () => void;
  readonly onClose: () => void;
}) {
  const rates = useSyncExternalStore(store.subscribe, store.shown, store.shown);
  const value = selection.kind === 'edge' ? rates.edges[selection.edge.id] : undefined;
  const inbox = rates.inboxes[selection.kind === 'edge' ? selection.to.id : selection.node.id];
  return (
    <div className={styles.peek}>
      <b className="truncate">
        <SelectionTitle selection={selection} />
      </b>
      {value && <span className="num">{formatRate(value.rate)}</span>}
      {value && value.errorShare > 0 && <span className="tone-bad num">{formatShare(value.errorShare)} to dead letters</span>}
      {inbox && <Lamp kind={lampOfLevel(inbox.level)}>{inbox.text}</Lamp>}
      <span className="grow" />
      <Button onClick={onDetails}>Details</Button>
      <Button look="quiet" icon="close" aria-label="Let go" onClick={onClose} />
    </div>
  );
}
