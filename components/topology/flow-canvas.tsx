'use client';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import {
  ReactFlow,
  ReactFlowProvider,
  ViewportPortal,
  useReactFlow,
  useStore,
  type EdgeMouseHandler,
  type NodeChange,
  type NodeMouseHandler,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import type { Heights } from '@/lib/topology/column-layout';
import { Icon } from '@/components/ui/icon';
import { shapeEdges } from './edge-geometry';
import { FlowEdgeView, type FlowEdge } from './flow-edges';
import { boxOf, LOOKED_AT } from './flow-frame';
import { FlowNodeView, type FlowNode } from './flow-nodes';
import { COLUMN_WIDTH, COLUMN_X, CONTENT_WIDTH, NODE_HEIGHT, columnTitles, type FlowModel, type PlacedNode } from './flow-model';
import { LineSample } from './line-sample';
import { ParticleLayer } from './particle-layer';
import type { RatesStore } from './rates-store';
import { still, ZoomTools } from './zoom-tools';
import styles from './topology.module.css';

const nodeTypes = { place: FlowNodeView };
const edgeTypes = { way: FlowEdgeView };

export interface FlowCanvasProps {
  readonly flow: FlowModel;
  readonly heights: Heights;
  readonly store: RatesStore;
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
  readonly onOpen: (placed: PlacedNode) => void;
  readonly onTidy: () => void;
  /** Dragged up or down its column: `done` when it was let go. */
  readonly onMove: (key: string, y: number, done: boolean) => void;
  readonly live: boolean;
  /** Changes when the whole picture should be brought into view anew (filter, brokers). */
  readonly frame: string;
}

export function FlowCanvas(props: FlowCanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ flow, heights, store, selected, onSelect, onOpen, onTidy, onMove, live, frame }: FlowCanvasProps) {
  const shapes = useMemo(() => shapeEdges(flow.nodes, flow.edges, heights), [flow, heights]);
  const nodes = useFlowNodes(flow, heights, store, selected);
  const edges = useMemo(
    () =>
      flow.edges.flatMap((placed): FlowEdge[] => {
        const shape = shapes.get(placed.edge.id);
        if (!shape) return [];
        return [
          {
            id: placed.edge.id,
            type: 'way',
            source: placed.from,
            target: placed.to,
            data: { placed, shape, store, selected: placed.edge.id === selected },
            zIndex: placed.edge.id === selected ? 1 : 0,
          },
        ];
      }),
    [flow, shapes, store, selected],
  );
  const onNodeClick: NodeMouseHandler<FlowNode> = useCallback((_, node) => onSelect(node.data.placed.node.id), [onSelect]);
  const onNodeDoubleClick: NodeMouseHandler<FlowNode> = useCallback((_, node) => onOpen(node.data.placed), [onOpen]);
  const onEdgeClick: EdgeMouseHandler<FlowEdge> = useCallback((_, edge) => onSelect(edge.id), [onSelect]);
  const onPaneClick = useCallback(() => onSelect(null), [onSelect]);
  // Columns are given by what a node is, so only its height follows the hand.
  const onNodesChange = useCallback(
    (changes: readonly NodeChange<FlowNode>[]) => {
      for (const change of changes)
        if (change.type === 'position' && change.position) onMove(change.id, change.position.y, change.dragging !== true);
    },
    [onMove],
  );
  const crowded = flow.nodes.length > 200;
  const detail = useStore((state) => (state.transform[2] < 0.4 ? 'boxes' : state.transform[2] < 0.8 ? 'names' : 'all'));
  return (
    <div className={styles.stage} data-detail={detail}>
      <ReactFlow<FlowNode, FlowEdge>
        {...LOOKED_AT}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodeClick={onNodeClick}
        onNodeDoubleClick={onNodeDoubleClick}
        onEdgeClick={onEdgeClick}
        onPaneClick={onPaneClick}
        onNodesChange={onNodesChange}
        className={styles.draggable}
        nodesDraggable
        nodeDragThreshold={4}
        elementsSelectable
        onlyRenderVisibleElements={crowded && detail !== 'boxes'}
        aria-label="Who talks to whom"
      >
        <Lanes flow={flow} heights={heights} />
        <ParticleLayer edges={flow.edges} shapes={shapes} store={store} live={live} />
      </ReactFlow>
      <Legend />
      <Tools onTidy={onTidy} heights={heights} frame={frame} />
    </div>
  );
}

/** Node objects keep their identity unless their place or selection changed: React Flow then skips them. */
function useFlowNodes(flow: FlowModel, heights: Heights, store: RatesStore, selected: string | null): FlowNode[] {
  const made = useRef(new Map<string, { node: FlowNode; placed: PlacedNode; y: number; mark: string }>());
  return useMemo(() => {
    const columnsOf = new Map<string, number>();
    for (const { node } of flow.nodes) columnsOf.set(node.id, (columnsOf.get(node.id) ?? 0) + 1);
    const before = made.current;
    const next = new Map<string, { node: FlowNode; placed: PlacedNode; y: number; mark: string }>();
    for (const placed of flow.nodes) {
      const y = heights[placed.key];
      if (y === undefined) continue;
      const both = (columnsOf.get(placed.node.id) ?? 0) > 1;
      const isSelected = placed.node.id === selected;
      const mark = `${isSelected} ${both}`;
      const old = before.get(placed.key);
      if (old && old.y === y && old.mark === mark && samePlaced(old.placed, placed)) {
        next.set(placed.key, old);
        continue;
      }
      next.set(placed.key, { placed, y, mark, node: makeNode(placed, y, store, isSelected, both) });
    }
    made.current = next;
    return [...next.values()].map((each) => each.node);
  }, [flow, heights, store, selected]);
}

const samePlaced = (a: PlacedNode, b: PlacedNode): boolean =>
  JSON.stringify(a.node) === JSON.stringify(b.node) && a.inEdges.join() === b.inEdges.join() && a.outEdges.join() === b.outEdges.join();

function makeNode(placed: PlacedNode, y: number, store: RatesStore, selected: boolean, both: boolean): FlowNode {
  return {
    ...boxOf(placed, y),
    data: { placed, store, selected, both },
  };
}

const LANE_PAD = 12;

function Lanes({ flow, heights }: { readonly flow: FlowModel; readonly heights: Heights }) {
  const ys = flow.nodes.map(({ key }) => heights[key] ?? 0);
  const top = Math.min(0, ...ys) - 30;
  const reach = Math.max(0, ...ys) - top + 4000;
  return (
    <ViewportPortal>
      {columnTitles.map((title, column) => (
        <div key={title}>
          <div
            className={styles.lane}
            style={{
              left: (COLUMN_X[column] ?? 0) - LANE_PAD,
              top: top - 2000,
              width: (COLUMN_WIDTH[column] ?? 0) + 2 * LANE_PAD,
              height: reach,
            }}
          />
          <div className={styles.laneTitle} style={{ left: COLUMN_X[column], top }}>
            {title} <b>{flow.nodes.filter((node) => node.column === column).length}</b>
          </div>
        </div>
      ))}
    </ViewportPortal>
  );
}

function Legend() {
  return (
    <div className={styles.legend} aria-label="How lines are drawn">
      <span>
        <LineSample look="seen" /> seen
      </span>
      <span>
        <LineSample look="declared" /> declared
      </span>
      <span>
        <LineSample look="inferred" /> inferred
      </span>
      <span>
        <LineSample look="dead-letter" /> dead letter
      </span>
    </div>
  );
}

function Tools({ onTidy, heights, frame }: { readonly onTidy: () => void; readonly heights: Heights; readonly frame: string }) {
  const flow = useReactFlow();
  const ready = useStore((state) => state.width > 0 && state.height > 0);
  const width = useStore((state) => state.width);
  const fit = useCallback(
    (duration: number) => {
      const ys = flow.getNodes().map((node) => node.position.y);
      if (ys.length === 0) return;
      const top = Math.min(0, ...ys) - 36;
      const height = Math.max(...ys) + NODE_HEIGHT - top + 56;
      fitTopLeft(flow, { x: -LANE_PAD, y: top, width: CONTENT_WIDTH + 2 * LANE_PAD, height }, duration);
    },
    [flow],
  );
  const fitted = useRef<string | null>(null);
  useEffect(() => {
    const key = `${frame} ${width > 0 && width < 900}`;
    if (!ready || Object.keys(heights).length === 0 || fitted.current === key) return;
    fitted.current = key;
    fit(0);
  }, [ready, heights, frame, fit, width]);
  return (
    <ZoomTools onFit={() => fit(still())}>
      <button
        type="button"
        aria-label="Tidy up: lay everything out anew"
        title="Tidy up: lay everything out anew"
        onClick={() => {
          fitted.current = null;
          onTidy();
        }}
      >
        <Icon name="tidy" size={14} />
      </button>
    </ZoomTools>
  );
}

/** Legend and tools lie over the lowest strip, px. */
const FOOT = 48;

/** The whole picture where that can be read; else its upper part, to be scrolled. Centred across, top aligned. */
function fitTopLeft(
  flow: ReturnType<typeof useReactFlow>,
  bounds: { x: number; y: number; width: number; height: number },
  duration: number,
): void {
  const pane = document.querySelector(`.${styles.stage}`)?.getBoundingClientRect();
  if (!pane) return;
  const byWidth = pane.width / (bounds.width + 2 * LANE_PAD);
  const height = pane.height - FOOT;
  const byHeight = height / bounds.height;
  const zoom = byHeight >= 0.62 ? Math.min(1.15, byWidth, byHeight) : Math.min(0.85, byWidth);
  const x = (pane.width - bounds.width * zoom) / 2 - bounds.x * zoom;
  const spare = height - bounds.height * zoom;
  void flow.setViewport({ x, y: -bounds.y * zoom + Math.max(0, Math.min(24, spare / 3)), zoom }, { duration });
}
