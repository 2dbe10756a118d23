'use client';

import { useRef, useState, type PointerEvent } from 'react';
import type { Micros } from '@/lib/events/names';
import { useZone } from '@/components/live/preferences';
import { formatAxisTime, formatCount } from '@/lib/time/format';
import styles from './charts.module.css';

export interface EventBarsProps {
  readonly label: string;
  /** Steps of equal length, oldest first. */
  readonly steps: readonly { readonly at: Micros; readonly events: number; readonly errors: number }[];
  readonly height?: number;
  /** What is older was not looked at: hatched, which is not the same as no events. */
  readonly searchedFrom?: Micros | undefined;
  /** A drag chooses a time. */
  readonly onBrush?: (from: Micros, to: Micros) => void;
}

const WIDTH = 1000;
const FOOT = 18;

/** Events over time as bars, what failed in them in red from the ground up. */
export function EventBars({ label, steps, height = 78, searchedFrom, onBrush }: EventBarsProps) {
  const zone = useZone();
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const max = Math.max(1, ...steps.map((step) => step.events));
  const total = steps.reduce((sum, step) => sum + step.events, 0);
  const errors = steps.reduce((sum, step) => sum + step.errors, 0);
  const first = steps[0]?.at ?? 0;
  const length = (steps[1]?.at ?? first + 1) - first;
  const end = (steps.at(-1)?.at ?? first) + length;
  const bar = WIDTH / Math.max(1, steps.length);
  const tall = height - FOOT;
  const unsearched = searchedFrom === undefined ? 0 : Math.min(1, Math.max(0, (searchedFrom - first) / (end - first)));
  const atOf = (share: number): Micros => Math.round(first + share * (end - first));
  const shareOf = (event: PointerEvent): number => {
    const rect = box.current?.getBoundingClientRect();
    return rect && rect.width > 0 ? Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width)) : 0;
  };
  const finish = () => {
    if (drag && onBrush && Math.abs(drag[1] - drag[0]) > 0.004) onBrush(atOf(Math.min(...drag)), atOf(Math.max(...drag)));
    setDrag(null);
  };
  return (
    <div ref={box} className={styles.bars} style={{ height }}>
      <svg
        height={tall}
        viewBox={`0 0 ${WIDTH} ${tall}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: ${formatCount(total)} events, ${formatCount(errors)} dead letters, at most ${formatCount(max)} in one step${unsearched > 0 ? '; its older part was not searched' : ''}`}
      >
        <path d={`M0 ${tall - 0.5}H${WIDTH}M0 .5H${WIDTH}`} stroke="var(--line-1)" vectorEffect="non-scaling-stroke" />
        {steps.map((step, index) => {
          const full = (step.events / max) * tall;
          const bad = step.errors === 0 ? 0 : Math.max(2, (Math.min(step.errors, step.events) / max) * tall);
          const width = Math.max(0.6, bar - Math.min(1.5, bar * 0.2));
          return step.events === 0 ? null : (
            <g key={step.at}>
              <rect x={index * bar} y={tall - full} width={width} height={full} fill="var(--heat-2)" />
              {bad > 0 && <rect x={index * bar} y={tall - bad} width={width} height={bad} fill="var(--bad)" />}
            </g>
          );
        })}
      </svg>
      {unsearched > 0 && (
        <i className={styles.unsearched} style={{ width: `${unsearched * 100}%` }}>
          {unsearched > 0.12 && <span>not searched</span>}
        </i>
      )}
      {total > 0 && <span className={styles.scale}>{formatCount(max)}</span>}
      {onBrush && (
        <div
          className={styles.surface}
          title="Drag to choose a time"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setDrag([shareOf(event), shareOf(event)]);
          }}
          onPointerMove={(event) => drag && setDrag([drag[0], shareOf(event)])}
          onPointerUp={finish}
          onPointerCancel={() => setDrag(null)}
        />
      )}
      {drag && (
        <i className={styles.brush} style={{ left: `${Math.min(...drag) * 100}%`, width: `${Math.abs(drag[1] - drag[0]) * 100}%` }} />
      )}
      <div className={styles.axis} aria-hidden="true" suppressHydrationWarning>
        {steps.length > 0 &&
          [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => (
            <span key={share} style={share === 1 ? { right: 0 } : { left: `${share * 100}%` }}>
              {formatAxisTime(atOf(share), { zone })}
            </span>
          ))}
      </div>
    </div>
  );
}
