import { layoutColumns, tidy, type Heights, type LayoutEdge, type LayoutNode } from '@/lib/topology/column-layout';

export interface LayoutQuestion {
  readonly id: number;
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
  readonly known: Heights;
  readonly anew: boolean;
}

export interface LayoutAnswer {
  readonly id: number;
  readonly heights: Heights;
}

self.onmessage = ({ data }: MessageEvent<LayoutQuestion>) => {
  const heights = data.anew ? tidy(data.nodes, data.edges) : layoutColumns(data.nodes, data.edges, data.known);
  self.postMessage({ id: data.id, heights } satisfies LayoutAnswer);
};
