'use client';

import { useRef, useState, type PointerEvent } from 'react';
import { formatDuration } from '@/lib/time/format';
import { momentOf } from '@/lib/traces/moment-of';
import type { TimelineRow } from '@/lib/traces/timeline';
import styles from './trace-timeline.module.css';

export interface Stretch {
  /** µs from the first event. */
  readonly from: number;
  readonly to: number;
}

export interface MinimapProps {
  readonly rows: readonly TimelineRow[];
  /** Of the whole trace, µs. */
  readonly from: number;
  readonly to: number;
  readonly zoom: Stretch | null;
  readonly onZoom: (zoom: Stretch | null) => void;
}

/** The whole trace without cuts: how long it really was, when something happened, and which stretch of it is drawn. Drag chooses another. */
export function Minimap({ rows, from, to, zoom, onZoom }: MinimapProps) {
  const strip = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ readonly a: number; readonly b: number } | null>(null);
  const whole = Math.max(1, to - from);
  const marks = marksOf(rows, from, whole);
  const pause = longestPause(rows);
  const share = pause ? (pause.to - pause.from) / whole : 0;
  const placeOf = (event: PointerEvent): number => {
    const box = strip.current?.getBoundingClientRect();
    return box ? Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) : 0;
  };
  const shown = drag ? { from: Math.min(drag.a, drag.b) * whole, to: Math.max(drag.a, drag.b) * whole } : zoom;
  return (
    <div ref={strip} className={styles.truth}>
      <span className="visually-hidden">
        The whole trace took {formatDuration(whole / 1000, 'sentence')}
        {zoom ? `; ${formatDuration((zoom.to - zoom.from) / 1000, 'sentence')} of it are drawn` : ''}
      </span>
      {shown && (
        <span
          className={styles.truthWindow}
          style={{ left: `${(shown.from / whole) * 100}%`, width: `${((shown.to - shown.from) / whole) * 100}%` }}
        />
      )}
      {pause && share > 0.3 && (
        <span className={styles.truthText} style={{ left: `${((pause.from - from) / whole) * 100}%`, width: `${share * 100}%` }}>
          {formatDuration((pause.to - pause.from) / 1000, 'sentence')} without an event
        </span>
      )}
      {marks.map(([place, look]) => (
        <i
          key={place}
          className={look === 'bad' ? styles.truthBad : look === 'replay' ? styles.truthReplay : styles.truthMark}
          style={{ left: `${place / 6}%` }}
        />
      ))}
      <div
        className={styles.truthHit}
        title="Drag to look at a stretch; a double click shows all of it. Keys: + - 0"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ a: placeOf(event), b: placeOf(event) });
        }}
        onPointerMove={(event) => {
          if (drag) setDrag({ ...drag, b: placeOf(event) });
        }}
        onPointerUp={() => {
          if (drag && Math.abs(drag.a - drag.b) > 0.005 && shown) onZoom(shown);
          setDrag(null);
        }}
        onDoubleClick={() => onZoom(null)}
      />
    </div>
  );
}

type Look = 'bad' | 'replay' | 'plain';

/** One mark per 600th at most: 10,000 events are not 10,000 elements. */
function marksOf(rows: readonly TimelineRow[], from: number, whole: number): readonly (readonly [number, Look])[] {
  const marks = new Map<number, Look>();
  const add = (at: number, look: Look): void => {
    const place = Math.round(((at - from) / whole) * 600);
    const known = marks.get(place);
    marks.set(place, known === 'bad' || look === 'bad' ? 'bad' : known === 'replay' || look === 'replay' ? 'replay' : 'plain');
  };
  for (const row of rows) {
    if (row.kind === 'event') add(row.at, row.mark === 'dead-letter' ? 'bad' : row.mark === 'replay' ? 'replay' : 'plain');
    else for (const { node, replay } of row.attempts) add(momentOf(node.event).at, replay === null ? 'plain' : 'replay');
  }
  return [...marks];
}

function longestPause(rows: readonly TimelineRow[]): { readonly from: number; readonly to: number } | null {
  const times = rows
    .flatMap((row) => (row.kind === 'event' ? [row.at] : row.attempts.map(({ node }) => momentOf(node.event).at)))
    .toSorted((a, b) => a - b);
  let best: { from: number; to: number } | null = null;
  times.forEach((to, index) => {
    const before = times[index - 1];
    if (before !== undefined && (best === null || to - before > best.to - best.from)) best = { from: before, to };
  });
  return best;
}
