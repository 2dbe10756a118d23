'use client';
import { useId, useRef, useState, type PointerEvent } from 'react';
import type { TopologyView } from '@/lib/contract/topology';
import { formatAxisTime, formatCount, formatExact, formatRate } from '@/lib/time/format';
import type { AskedRange } from '@/lib/time/range';
import { useFeedPart } from '@/components/live/live-feed-hooks';
import { useZone } from '@/components/live/preferences';
import { useWidth } from './use-width';
import styles from './topology.module.css';

const HEIGHT = 74;
const BASE = 53;
const PAD = 12;

export interface PulseStripProps {
  readonly pulse: TopologyView['pulse'];
  readonly gaps: TopologyView['gaps'];
  readonly live: boolean;
  readonly onLookBack: (range: AskedRange | null) => void;
}

/** The last hour in one line: events, what failed of them, what was missed. Dragging over it looks back. */
export function PulseStrip({ pulse, gaps, live, onLookBack }: PulseStripProps) {
  const zone = useZone();
  const rate = useFeedPart((feed) => Math.round((feed.feed?.rate ?? 0) * 10) / 10);
  const [box, width] = useWidth<HTMLDivElement>();
  const hatch = useId();
  const drag = useRef<number | null>(null);
  const [chosen, setChosen] = useState<{ from: number; to: number; dragging: boolean } | null>(null);
  const first = pulse[0]?.at ?? 0;
  const step = pulse.length > 1 ? ((pulse.at(-1)?.at ?? 0) - first) / (pulse.length - 1) : 60_000_000;
  const last = first + step * pulse.length;
  const inner = Math.max(1, width - 2 * PAD);
  const x = (at: number): number => PAD + ((at - first) / Math.max(1, last - first)) * inner;
  const most = Math.max(1, ...pulse.map((each) => each.events));
  const bar = inner / Math.max(1, pulse.length);
  const timeAt = (event: PointerEvent): number => {
    const left = event.currentTarget.getBoundingClientRect().left;
    const share = Math.min(1, Math.max(0, (event.clientX - left - PAD) / inner));
    return Math.round(first + Math.floor(share * pulse.length) * step);
  };
  const span = (a: number, b: number, dragging = true) => ({ from: Math.min(a, b), to: Math.max(a, b) + step, dragging });
  const ticks = width > 0 && pulse.length > 0 ? Array.from({ length: 6 }, (_, index) => first + ((last - first) * index) / 6) : [];
  const total = pulse.reduce((sum, each) => sum + each.events, 0);
  const errors = pulse.reduce((sum, each) => sum + each.errors, 0);
  return (
    <section className={styles.pulse} aria-label="The last hour">
      <div className={styles.pulseWords}>
        {live ? 'Last 60 min' : 'Looking back'}
        <b>{formatRate(rate).replace('/s', '')} events/s</b>
        {live ? (
          <span className="wide-only">Drag to look back</span>
        ) : (
          <button type="button" className={styles.pulseBack} onClick={() => onLookBack(null)}>
            Back to now
          </button>
        )}
      </div>
      <div ref={box} className={styles.pulsePicture}>
        {width > 0 && (
          <svg
            width={width}
            height={HEIGHT}
            role="img"
            aria-label={`${formatExact(total)} events and ${formatExact(errors)} dead letters in the last 60 minutes`}
          >
            <defs>
              <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <path d="M0 0v6" stroke="var(--line-2)" strokeWidth="1.2" />
              </pattern>
            </defs>
            <g className={styles.bars}>
              {pulse.map((each) => {
                const height = each.events === 0 ? 0 : Math.max(1.5, (each.events / most) * 38);
                const bad = each.errors === 0 ? 0 : Math.max(2.5, (each.errors / most) * 38);
                return (
                  <g key={each.at}>
                    <rect x={x(each.at) + 0.5} y={BASE - height} width={Math.max(1, bar - 1)} height={height} />
                    {bad > 0 && (
                      <rect className={styles['bars-bad']} x={x(each.at) + 0.5} y={BASE - bad} width={Math.max(1, bar - 1)} height={bad} />
                    )}
                  </g>
                );
              })}
            </g>
            <path d={`M${PAD} ${BASE}.5H${width - PAD}`} stroke="var(--line-2)" />
            {gaps
              .filter((gap) => gap.at >= first && gap.at <= last)
              .slice(-8)
              .map((gap) => {
                const at = Math.min(x(gap.at), width - 24);
                const words = gap.count === null ? 'tap gap, count unknown' : `tap gap, ${formatCount(gap.count)} events not seen`;
                return (
                  <g key={`${gap.broker} ${gap.at}`}>
                    <title>{`${words}: ${gap.reason}`}</title>
                    <rect x={at} y={20} width={12} height={BASE - 20} fill="var(--surface-1)" />
                    <rect x={at + 0.5} y={20.5} width={11} height={BASE - 21} fill={`url(#${hatch})`} stroke="var(--line-2)" />
                  </g>
                );
              })}
            <GapWords gaps={gaps} x={x} first={first} last={last} width={width} />
            {ticks.map((at) => (
              <text key={at} x={Math.max(PAD, x(at))} y={68} textAnchor={at === first ? 'start' : 'middle'}>
                {formatAxisTime(at, { zone })}
              </text>
            ))}
            <text x={width - PAD} y={68} textAnchor="end" fontWeight="620" style={{ fill: 'var(--ink-1)' }}>
              now
            </text>
            {live && (
              <>
                <path d={`M${width - PAD} 8V${BASE}`} stroke="var(--ink-1)" strokeWidth="2" />
                <path d={`M${width - PAD - 6} 4h12v6l-6 5-6-5z`} fill="var(--ink-1)" />
              </>
            )}
            {chosen && (!live || chosen.dragging) && (
              <rect
                x={x(chosen.from)}
                y={4}
                width={Math.max(2, x(chosen.to) - x(chosen.from))}
                height={BASE - 4}
                fill="var(--ink-1)"
                opacity=".14"
                stroke="var(--ink-1)"
              />
            )}
          </svg>
        )}
        {pulse.length > 1 && (
          <div
            className={styles.pulseHit}
            title="Drag over a time to look back at it; the time range of the bar does the same by keyboard"
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              drag.current = timeAt(event);
              setChosen(span(drag.current, drag.current));
            }}
            onPointerMove={(event) => {
              if (drag.current !== null) setChosen(span(drag.current, timeAt(event)));
            }}
            onPointerUp={(event) => {
              if (drag.current === null) return;
              const { from, to } = span(drag.current, timeAt(event));
              setChosen({ from, to, dragging: false });
              drag.current = null;
              onLookBack({ from: { kind: 'at', at: Math.round(from) }, to: { kind: 'at', at: Math.round(to) } });
            }}
          />
        )}
      </div>
    </section>
  );
}

/** The newest gap in words, beside its mark. */
function GapWords({
  gaps,
  x,
  first,
  last,
  width,
}: {
  readonly gaps: PulseStripProps['gaps'];
  readonly x: (at: number) => number;
  readonly first: number;
  readonly last: number;
  readonly width: number;
}) {
  const gap = gaps.filter((each) => each.at >= first && each.at <= last).at(-1);
  if (!gap) return null;
  const at = x(gap.at);
  const end = at > width - 220;
  return (
    <text x={end ? at - 4 : at + 14} y={16} textAnchor={end ? 'end' : 'start'}>
      {gap.count === null ? 'tap gap, count unknown' : `tap gap, ${formatCount(gap.count)} not seen`}
    </text>
  );
}
