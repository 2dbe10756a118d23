'use client';

import { useEffect, useMemo, useRef, type RefObject } from 'react';
import {
  EdgeLabelRenderer,
  Handle,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  type Edge,
  type EdgeProps,
  type Node,
  type NodeProps,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import type { TopologyView } from '@/lib/contract/topology';
import { layoutColumns } from '@/lib/topology/column-layout';
import { formatExact } from '@/lib/time/format';
import type { TimelineRow } from '@/lib/traces/timeline';
import { traceGraph, type TraceGraph } from '@/lib/traces/trace-graph';
import { shapeEdges, type EdgeShape } from '@/components/topology/edge-geometry';
import { buildFlow, layoutInput, NODE_HEIGHT, type PlacedEdge, type PlacedNode } from '@/components/topology/flow-model';
import { Icon, type IconName } from '@/components/ui/icon';
import { channelIcons } from '@/components/ui/tags';
import { boxOf, LOOKED_AT } from '@/components/topology/flow-frame';
import { still, ZoomTools } from '@/components/topology/zoom-tools';
import { wayLabels, type WayLabel } from './way-labels';
import plates from '@/components/topology/topology.module.css';
import styles from './trace-graph.module.css';

export interface TraceGraphViewProps {
  readonly rows: readonly TimelineRow[];
  readonly topology: Pick<TopologyView, 'nodes'> | null;
  readonly selected: string | null;
  readonly onSelect: (event: string) => void;
}

/** The trace over the topology: where it went, in which step, and where it died. A line selects its events one after the other. */
export function TraceGraphView({ rows, topology, selected, onSelect }: TraceGraphViewProps) {
  const moved = useRef(false);
  const graph = useMemo(() => traceGraph(rows, topology), [rows, topology]);
  const { flow, heights, shapes } = useMemo(() => {
    const built = buildFlow(graph);
    const input = layoutInput(built);
    const placed = layoutColumns(input.nodes, input.edges);
    return { flow: built, heights: placed, shapes: shapeEdges(built.nodes, built.edges, placed) };
  }, [graph]);
  const touched = useMemo(() => touchedBy(graph, selected), [graph, selected]);
  const nodes = useMemo(
    () => flow.nodes.map((placed): PlaceNode => nodeOf(placed, heights[placed.key] ?? 0, touched, graph)),
    [flow, heights, touched, graph],
  );
  const labels = useMemo(
    () =>
      wayLabels(
        flow.edges.flatMap(({ edge, to }) => {
          const shape = shapes.get(edge.id);
          return shape && isNumbered(edge.kind) ? [{ id: edge.id, to, shape }] : [];
        }),
      ),
    [flow, shapes],
  );
  const edges = useMemo(
    () =>
      flow.edges.flatMap((placed): WayEdge[] => {
        const shape = shapes.get(placed.edge.id);
        if (!shape) return [];
        const chosen = touched === null ? null : touched.has(placed.edge.id);
        return [
          {
            id: placed.edge.id,
            type: 'way',
            source: placed.from,
            target: placed.to,
            data: {
              placed,
              shape,
              chosen,
              label: labels.get(placed.edge.id) ?? null,
              events: graph.eventsOf.get(placed.edge.id) ?? [],
              step: graph.stepOf.get(placed.edge.id) ?? 0,
            },
            zIndex: chosen ? 1 : 0,
          },
        ];
      }),
    [flow, shapes, labels, touched, graph],
  );
  return (
    <div className={`${plates.stage} ${styles.stage}`} data-beside={selected !== null || undefined}>
      <ReactFlowProvider>
        <ReactFlow<PlaceNode, WayEdge>
          {...LOOKED_AT}
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onEdgeClick={(_, edge) => selectNext(edge.data?.events ?? [], selected, onSelect)}
          onNodeClick={(_, node) => selectNext(node.data.events, selected, onSelect)}
          nodesDraggable={false}
          onMoveStart={(event) => {
            // Without an event it was us.
            if (event !== null) moved.current = true;
          }}
          aria-label="Where this trace went"
        >
          <Frame moved={moved} chosen={nodes.filter(({ data }) => data.chosen === true && data.placed.node.kind !== 'service')} />
        </ReactFlow>
      </ReactFlowProvider>
      <div className={plates.legend}>
        <span>
          <b className="num">3</b> step of its first event
        </span>
        <span>
          <b className="num">×2</b> so many events
        </span>
        <span>
          <i className={styles.dashed} aria-hidden="true" /> inferred
        </span>
      </div>
    </div>
  );
}

/** What publishes has a number; what follows from it is read along the lines. */
const isNumbered = (kind: PlacedEdge['edge']['kind']): boolean => kind === 'publish' || kind === 'dead-letter';

const FIT = { padding: 0.08, maxZoom: 1.1 };
/** Names are read down to this; a picture that fits only below it begins with its upper part, or with what is selected. */
const READABLE = 0.62;
const EDGE = 24;
/** The legend and the buttons lie over the foot of the picture. */
const FOOT = 56;

/**
 * What appears above or beside the picture takes room from it: it is laid into its frame again, until somebody has moved it. What is selected
 * comes into view, wherever it was selected.
 */
function Frame({ moved, chosen }: { readonly moved: RefObject<boolean>; readonly chosen: readonly PlaceNode[] }) {
  const flow = useReactFlow<PlaceNode>();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const ready = width > 0 && height > 0;
  const middle = middleOf(chosen);
  useEffect(() => {
    if (!ready || moved.current) return;
    const bounds = flow.getNodesBounds(flow.getNodes());
    const across = width / (bounds.width + 2 * EDGE);
    if (Math.min(across, height / bounds.height / (1 + 2 * FIT.padding)) >= READABLE) void flow.fitView(FIT);
    else {
      const zoom = Math.min(0.85, across);
      const lowest = Math.min(EDGE - bounds.y * zoom, height - FOOT - (bounds.y + bounds.height) * zoom);
      const wanted = middle === null ? EDGE - bounds.y * zoom : height / 2 - middle * zoom;
      const y = Math.max(lowest, Math.min(EDGE - bounds.y * zoom, wanted));
      void flow.setViewport({ x: (width - bounds.width * zoom) / 2 - bounds.x * zoom, y, zoom });
    }
    // What is selected comes into view below; it does not lay the picture anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [width, height, ready, moved, flow]);
  useEffect(() => {
    if (!ready || middle === null) return;
    const { x, y, zoom } = flow.getViewport();
    const at = middle * zoom + y;
    if (at < 2 * EDGE || at > height - FOOT - EDGE)
      void flow.setViewport({ x, y: height / 2 - middle * zoom, zoom }, { duration: still() });
    // Only another selection moves the picture.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [middle, ready]);
  return <ZoomTools onFit={() => void flow.fitView({ ...FIT, duration: still() })} />;
}

/** Between the highest and the lowest of them. */
function middleOf(nodes: readonly PlaceNode[]): number | null {
  const heights = nodes.map(({ position }) => position.y);
  return heights.length === 0 ? null : (Math.min(...heights) + Math.max(...heights) + NODE_HEIGHT) / 2;
}

/** The first of them, or the one after the selected one. */
function selectNext(events: readonly string[], selected: string | null, onSelect: (event: string) => void): void {
  const next = events[(selected === null ? -1 : events.indexOf(selected)) + 1] ?? events[0];
  if (next !== undefined) onSelect(next);
}

function touchedBy({ edges, eventsOf }: TraceGraph, selected: string | null): ReadonlySet<string> | null {
  if (selected === null) return null;
  const ways = edges.filter(({ id }) => eventsOf.get(id)?.includes(selected));
  return ways.length === 0 ? null : new Set(ways.flatMap(({ id, from, to }) => [id, from, to]));
}

interface PlaceData extends Record<string, unknown> {
  readonly placed: PlacedNode;
  readonly events: readonly string[];
  /** `null` when nothing is selected. */
  readonly chosen: boolean | null;
}
type PlaceNode = Node<PlaceData, 'place'>;

function nodeOf(placed: PlacedNode, y: number, touched: ReadonlySet<string> | null, graph: TraceGraph): PlaceNode {
  const ways = placed.node.kind === 'channel' ? placed.inEdges : [...placed.inEdges, ...placed.outEdges];
  return {
    ...boxOf(placed, y),
    data: {
      placed,
      events: [...new Set(ways.flatMap((id) => graph.eventsOf.get(id) ?? []))],
      chosen: touched === null ? null : touched.has(placed.node.id),
    },
  };
}

function Place({ data: { placed, events, chosen } }: NodeProps<PlaceNode>) {
  const { node } = placed;
  if (node.kind === 'group') return null;
  const icon: IconName =
    node.kind === 'service'
      ? node.unknown === null
        ? 'service'
        : 'unknown-service'
      : node.kind === 'channel'
        ? channelIcons[node.channelKind]
        : node.deadLetter
          ? 'dead-letter-inbox'
          : node.inboxKind;
  const look =
    node.kind === 'service'
      ? node.unknown === null
        ? plates.service
        : plates.unknown
      : `${plates[node.kind]} ${plates[node.system]} ${node.kind === 'inbox' && node.deadLetter ? plates.deadLetter : ''}`;
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <button type="button" className={`${plates.node} ${look}`} data-chosen={chosen ?? undefined} title={node.title}>
        <span className={plates.name}>
          <Icon name={icon} size={14} />
          <span>{node.title}</span>
        </span>
        <span className={plates.status}>
          <span className="truncate">
            {formatExact(events.length)} {events.length === 1 ? 'event' : 'events'}
            {node.kind === 'channel' && node.deadLetter ? ', dead letters' : ''}
          </span>
        </span>
      </button>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

interface WayData extends Record<string, unknown> {
  readonly placed: PlacedEdge;
  readonly shape: EdgeShape;
  readonly events: readonly string[];
  readonly step: number;
  readonly label: WayLabel | null;
  readonly chosen: boolean | null;
}
type WayEdge = Edge<WayData, 'way'>;

function Way({ data }: EdgeProps<WayEdge>) {
  if (!data) return null;
  const { placed, shape, events, step, label, chosen } = data;
  const { edge } = placed;
  const hue = edge.kind === 'dead-letter' ? 'var(--bad)' : edge.system === 'kafka' ? 'var(--kafka)' : 'var(--rabbit)';
  const seen = edge.evidence.some(({ kind }) => kind === 'seen');
  return (
    <g className={styles.way} data-chosen={chosen ?? undefined}>
      {chosen && <path d={shape.path} fill="none" stroke="var(--ink-1)" strokeWidth={8} opacity={0.25} />}
      <path
        d={shape.path}
        fill="none"
        stroke={hue}
        strokeWidth={Math.min(5, 1.6 + Math.log10(events.length))}
        strokeDasharray={seen || edge.kind === 'route' ? undefined : '4 4'}
      />
      <path d={`M${end(shape)}`} fill={hue} />
      <path d={shape.path} className={plates.edgeHit} />
      {label !== null && chosen !== false && (
        <EdgeLabelRenderer>
          <span
            className={styles.step}
            style={{ transform: `translate(${label.anchor === 'end' ? '-100%' : '0'}, -50%) translate(${label.x}px, ${label.y}px)` }}
          >
            {step}
            {events.length > 1 && ` ×${formatExact(events.length)}`}
          </span>
        </EdgeLabelRenderer>
      )}
    </g>
  );
}

/** The arrow's head at the end of the line. */
function end({ points, heading }: EdgeShape): string {
  const [x, y] = [points[points.length - 2] ?? 0, points[points.length - 1] ?? 0];
  return heading === 'right' ? `${x} ${y - 4}l6.5 4-6.5 4z` : `${x} ${y - 4}l-6.5 4 6.5 4z`;
}

const nodeTypes = { place: Place };
const edgeTypes = { way: Way };
