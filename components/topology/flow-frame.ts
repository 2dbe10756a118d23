import { Position } from '@xyflow/react';
import { COLUMN_WIDTH, COLUMN_X, NODE_HEIGHT, type PlacedNode } from './flow-model';

/** What every picture of places and ways shares: it is looked at and walked through by our own keys, nothing is wired or deleted in it. */
export const LOOKED_AT = {
  nodesConnectable: false,
  nodesFocusable: false,
  edgesFocusable: false,
  zoomOnDoubleClick: false,
  deleteKeyCode: null,
  selectionKeyCode: null,
  multiSelectionKeyCode: null,
  disableKeyboardA11y: true,
  minZoom: 0.1,
  maxZoom: 1.6,
  panOnScroll: true,
} as const;

/** Size and handles are given: nothing is measured, and what is out of view need not be drawn first. */
export function boxOf({ key, column }: PlacedNode, y: number) {
  const width = COLUMN_WIDTH[column];
  return {
    id: key,
    type: 'place' as const,
    position: { x: COLUMN_X[column], y },
    width,
    height: NODE_HEIGHT,
    handles: [
      { type: 'target' as const, position: Position.Left, x: 0, y: NODE_HEIGHT / 2, width: 1, height: 1 },
      { type: 'source' as const, position: Position.Right, x: width, y: NODE_HEIGHT / 2, width: 1, height: 1 },
    ],
  };
}
