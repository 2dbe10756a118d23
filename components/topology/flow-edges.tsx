'use client';
import { memo, useCallback } from 'react';
import type { Edge, EdgeProps } from '@xyflow/react';
import type { TopologyRates } from '@/lib/contract/topology';
import { formatRate, formatShare } from '@/lib/time/format';
import type { EdgeShape } from './edge-geometry';
import type { PlacedEdge } from './flow-model';
import { useRates, type RatesStore } from './rates-store';
import type { LineLook } from './line-sample';
import styles from './topology.module.css';

export interface FlowEdgeData extends Record<string, unknown> {
  readonly placed: PlacedEdge;
  readonly shape: EdgeShape;
  readonly store: RatesStore;
  readonly selected: boolean;
}

export type FlowEdge = Edge<FlowEdgeData, 'way'>;

/** How an edge is drawn, by the strongest thing we know of it. */
export function lookOf({ edge }: PlacedEdge): LineLook {
  if (edge.kind === 'dead-letter') return 'dead-letter';
  const kinds = edge.evidence.map((each) => each.kind);
  return kinds.includes('seen') ? 'seen' : kinds.includes('declared') ? 'declared' : 'inferred';
}

/** 1.4 px for a trickle, 6 px from some thousand events per second; in half-pixel steps, so that noise does not draw. */
export const widthOf = (rate: number): number => (rate <= 0 ? 1.4 : Math.min(6, Math.round((1.5 + 1.05 * Math.log10(1 + rate)) * 2) / 2));

export const hueOf = ({ edge }: PlacedEdge): string =>
  edge.kind === 'dead-letter' ? 'var(--bad)' : edge.system === 'kafka' ? 'var(--kafka)' : 'var(--rabbit)';

export const FlowEdgeView = memo(function FlowEdgeView({ data }: EdgeProps<FlowEdge>) {
  if (!data) return null;
  return <EdgeLine {...data} />;
});

function EdgeLine({ placed, shape, store, selected }: FlowEdgeData) {
  const { id, kind } = placed.edge;
  const look = lookOf(placed);
  const hue = hueOf(placed);
  const width = useRates(
    store,
    useCallback((rates: TopologyRates) => widthOf(rates.edges[id]?.rate ?? 0), [id]),
  );
  const words = useRates(
    store,
    useCallback((rates: TopologyRates) => labelOf(kind, look, rates.edges[id]), [id, kind, look]),
  );
  const flows =
    useRates(
      store,
      useCallback((rates: TopologyRates) => ((rates.edges[id]?.rate ?? 0) > 0 ? 1 : 0), [id]),
    ) === 1;
  const drawn = look === 'declared' && flows ? 'seen' : look;
  return (
    <g className={styles.edge}>
      {selected && (
        <>
          <path d={shape.path} fill="none" stroke="var(--ink-1)" strokeWidth={width + 7} />
          <path d={shape.path} fill="none" stroke="var(--surface-0)" strokeWidth={width + 4} />
        </>
      )}
      {drawn === 'declared' ? (
        <>
          <path d={shape.path} fill="none" stroke={hue} strokeWidth={4.2} opacity={0.75} />
          <path d={shape.path} fill="none" stroke="var(--surface-0)" strokeWidth={2.2} />
        </>
      ) : drawn === 'inferred' ? (
        <path d={shape.path} fill="none" stroke={hue} strokeWidth={Math.max(2, width)} strokeDasharray=".1 5.5" strokeLinecap="round" />
      ) : (
        <path
          className={styles.edgeLine}
          d={shape.path}
          fill="none"
          stroke={hue}
          strokeWidth={drawn === 'dead-letter' ? Math.min(2.5, width) : width}
          opacity={0.86}
        />
      )}
      <Arrow shape={shape} hue={hue} hollow={drawn === 'declared'} />
      {words !== '' && (
        <text
          className={styles.edgeLabel}
          x={shape.label.x}
          y={shape.label.y}
          textAnchor={shape.label.anchor}
          data-bad={kind === 'dead-letter' || undefined}
        >
          {words}
        </text>
      )}
      <path className={styles.edgeHit} d={shape.path} />
    </g>
  );
}

function Arrow({ shape, hue, hollow }: { readonly shape: EdgeShape; readonly hue: string; readonly hollow: boolean }) {
  const last = shape.points.length - 2;
  const x = shape.points[last] ?? 0;
  const y = shape.points[last + 1] ?? 0;
  const tip = shape.heading === 'right' ? x + 6 : x - 6;
  return (
    <path d={`M${x} ${y - 3.6}L${tip} ${y}L${x} ${y + 3.6}z`} fill={hollow ? 'var(--surface-0)' : hue} stroke={hollow ? hue : 'none'} />
  );
}

/** Rates stand at the arrow; the publishing side has them under the service's name already. */
export function labelOf(
  kind: PlacedEdge['edge']['kind'],
  look: LineLook,
  value: { readonly rate: number; readonly errorShare: number } | undefined,
): string {
  const rate = value?.rate ?? 0;
  if (kind === 'dead-letter') return rate > 0 ? formatRate(rate) : '';
  if (kind === 'publish') return '';
  if (rate <= 0) return look === 'declared' ? 'declared' : '';
  const share = value?.errorShare ?? 0;
  return share > 0.001 && kind === 'consume' ? `${formatRate(rate)}, ${formatShare(share)} dead` : formatRate(rate);
}
