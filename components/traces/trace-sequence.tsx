'use client';

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { formatDuration } from '@/lib/time/format';
import { sequencePicture, type Lifeline, type SequenceArrow, type SequencePicture } from '@/lib/traces/sequence';
import type { TimelineRow } from '@/lib/traces/timeline';
import { tickLabel } from '@/lib/traces/timeline-scale';
import styles from './trace-sequence.module.css';

export interface TraceSequenceProps {
  readonly rows: readonly TimelineRow[];
  readonly first: number;
  readonly selected: string | null;
  readonly onSelect: (event: string, inbox: string | null) => void;
}

const AXIS = 78;
const TOP = 10;
/** Room for the words at the ends of an arrow. */
const BESIDE = 90;
/** Narrower than this a lifeline's name cannot be read; then one scrolls sideways. */
const NARROWEST = 96;

/** In which order, and between whom: services as lifelines, an event as an arrow whose slope is its wait. Only what is in view is drawn. */
export function TraceSequence({ rows, first, selected, onSelect }: TraceSequenceProps) {
  const [unfolded, setUnfolded] = useState(false);
  const picture = useMemo(() => sequencePicture(rows, unfolded ? 200 : 12), [rows, unfolded]);
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 700, width: 900 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = (): void =>
      setView((before) => {
        const next = { top: element.scrollTop, height: element.clientHeight || 700, width: element.clientWidth || 900 };
        return before.top === next.top && before.height === next.height && before.width === next.width ? before : next;
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  const width = Math.max(view.width, AXIS + picture.lifelines.length * NARROWEST + 60);
  const step = (width - AXIS - 60) / Math.max(1, picture.lifelines.length);
  const x = (index: number): number => AXIS + step * (index + 0.5);
  useScrollToSelected(scroller, picture, selected, x);
  const seen = useMemo(() => inView(picture, view.top - 200, view.top + view.height + 200), [picture, view.top, view.height]);

  return (
    <div ref={scroller} className={styles.scroller} tabIndex={0} role="region" aria-label="Sequence of this trace">
      <div className={styles.head} style={{ width }}>
        {picture.lifelines.map((line, index) => (
          <LifelineHead
            key={line.id}
            line={line}
            left={x(index)}
            width={Math.min(150, step - 10)}
            folded={picture.folded}
            onUnfold={() => setUnfolded(true)}
          />
        ))}
      </div>
      <div className={styles.ground} style={{ width, height: picture.height + TOP }}>
        {seen.bands.map((band) => (
          <div key={band.from} className={styles.band} style={{ top: band.y + TOP, height: band.height }}>
            <span>{formatDuration((band.to - band.from) / 1000)}</span>
          </div>
        ))}
        {seen.moments.map((moment) => (
          <span key={`${moment.y}`} className={styles.moment} style={{ top: moment.y + TOP - 8 }}>
            {tickLabel(moment.at - first)}
          </span>
        ))}
        <svg className={styles.drawing} width={width} height={picture.height + TOP} role="list" aria-label="Events between services">
          {picture.lifelines.map((line, index) => (
            <line
              key={line.id}
              x1={x(index)}
              x2={x(index)}
              y1={Math.max(0, view.top - 300)}
              y2={Math.min(picture.height + TOP, view.top + view.height + 300)}
              className={line.kind === 'dead-letters' ? styles.deathline : styles.lifeline}
            />
          ))}
          {seen.arrows.map((arrow) => (
            <Arrow key={arrow.key} arrow={arrow} x={x} selected={arrow.event === selected} onSelect={onSelect} />
          ))}
          {seen.arrows.map((arrow) => (
            <ArrowWords key={arrow.key} arrow={arrow} x={x} edge={width} selected={arrow.event === selected} />
          ))}
        </svg>
      </div>
    </div>
  );
}

interface HeadProps {
  readonly line: Lifeline;
  readonly left: number;
  readonly width: number;
  readonly folded: readonly string[];
  readonly onUnfold: () => void;
}

function LifelineHead({ line, left, width, folded, onUnfold }: HeadProps) {
  const style = { left: left - width / 2, width };
  if (line.kind === 'others') {
    return (
      <button type="button" className={styles.others} style={style} title={folded.join('\n')} onClick={onUnfold}>
        {line.title}
      </button>
    );
  }
  return (
    <span className={styles[line.kind === 'dead-letters' ? 'letters' : line.kind]} style={style} title={line.title}>
      <span className={styles.name}>{line.title}</span>
    </span>
  );
}

interface ArrowProps {
  readonly arrow: SequenceArrow;
  readonly x: (index: number) => number;
  readonly selected: boolean;
  readonly onSelect: TraceSequenceProps['onSelect'];
}

/** Where an arrow begins and ends, and what is said of it. */
function drawn(arrow: SequenceArrow, x: (index: number) => number) {
  const from = x(arrow.from);
  const to = arrow.to === null ? from + 26 : x(arrow.to);
  const own = arrow.to === arrow.from;
  const wait =
    arrow.arrived !== null
      ? formatDuration((arrow.arrived - arrow.at) / 1000)
      : arrow.taken === 'taken'
        ? 'taken'
        : arrow.taken === 'waiting'
          ? 'not yet'
          : null;
  return { from, to, own, wait, y1: arrow.fromY + TOP, y2: arrow.toY + TOP, rightward: own || to >= from };
}

function Arrow({ arrow, x, selected, onSelect }: ArrowProps) {
  const { from, to, own, wait, y1, y2 } = drawn(arrow, x);
  const hue =
    arrow.kind === 'dead-letter'
      ? 'var(--bad)'
      : arrow.kind === 'replay'
        ? 'var(--ink-1)'
        : arrow.system === 'kafka'
          ? 'var(--kafka)'
          : 'var(--rabbit)';
  const path = own ? `M${from} ${y1}h34V${y2}h-27` : `M${from} ${y1}L${to} ${y2}`;
  const angle = own ? Math.PI : Math.atan2(y2 - y1, to - from);
  const [endX, endY] = own ? [from + 1, y2] : [to, y2];
  const words = `${arrow.title || 'also'}${arrow.channel ? ` over ${arrow.channel}` : ''}${wait === null ? '' : `, ${wait}`}`;
  return (
    <g
      role="listitem"
      aria-label={words}
      className={styles.arrow}
      data-selected={selected || undefined}
      onClick={() => onSelect(arrow.event, arrow.inbox)}
    >
      <path d={path} className={styles.hit} />
      {selected && <path d={path} className={styles.casing} />}
      <path
        d={path}
        fill="none"
        stroke={hue}
        strokeWidth={1.6}
        strokeDasharray={
          arrow.kind === 'retry' ? '2 4' : arrow.arrived === null && arrow.taken !== 'taken' && arrow.to !== null ? '5 4' : undefined
        }
      />
      {arrow.to !== null && (
        <path
          d="M0 0l-9-4.5v9z"
          transform={`translate(${endX} ${endY}) rotate(${(angle * 180) / Math.PI})`}
          fill={arrow.system === 'kafka' || arrow.kind === 'dead-letter' ? hue : 'var(--surface-1)'}
          stroke={hue}
          strokeWidth={1.3}
        />
      )}
      <circle
        cx={from}
        cy={y1}
        r={arrow.kind === 'replay' ? 5 : 3.2}
        fill={arrow.kind === 'retry' || arrow.kind === 'replay' ? 'var(--surface-1)' : hue}
        stroke={hue}
        strokeWidth={1.5}
      />
    </g>
  );
}

/** What is written at an arrow: above all lines, or the next arrows would strike it through. */
function ArrowWords({ arrow, x, edge, selected }: Omit<ArrowProps, 'onSelect'> & { readonly edge: number }) {
  const { from, to, own, wait, y1, y2, rightward } = drawn(arrow, x);
  const title = arrow.title ?? '';
  const room = (rightward ? edge - from : from - AXIS) - 20;
  const shownTitle = cutTo(title, room);
  const roomBeside = room - shownTitle.length * 7.3 - 7;
  return (
    <g aria-hidden="true" className={styles.words} data-selected={selected || undefined}>
      {title !== '' && (
        <text x={rightward ? from + 9 : from - 9} y={y1 - 6} textAnchor={rightward ? 'start' : 'end'} className={styles.title}>
          {shownTitle}
          {arrow.channel !== '' && roomBeside > 60 && (
            <tspan className={styles.channel} dx={7}>
              {cutTo(arrow.channel, roomBeside)}
            </tspan>
          )}
        </text>
      )}
      {wait !== null && arrow.to !== null && !own && (
        <text
          x={to + (rightward ? 9 : -9)}
          y={y2 + 4}
          textAnchor={rightward ? 'start' : 'end'}
          className={arrow.kind === 'dead-letter' ? styles.failed : styles.wait}
        >
          {arrow.kind === 'dead-letter' ? 'dead letter' : wait}
        </text>
      )}
    </g>
  );
}

/** Text that has so many pixels, at about 7.3 each. */
const cutTo = (text: string, pixels: number): string => {
  const fits = Math.max(4, Math.floor(pixels / 7.3));
  return text.length > fits ? `${text.slice(0, fits - 1)}…` : text;
};

function inView(picture: SequencePicture, top: number, bottom: number) {
  const touches = (y1: number, y2: number): boolean => Math.max(y1, y2) + TOP >= top && Math.min(y1, y2) + TOP <= bottom;
  return {
    arrows: picture.arrows.filter((arrow) => touches(arrow.fromY, arrow.toY)),
    bands: picture.bands.filter((band) => touches(band.y, band.y + band.height)),
    moments: picture.moments.filter((moment) => touches(moment.y, moment.y)),
  };
}

/** Only a new selection scrolls; events that arrive do not. */
function useScrollToSelected(
  scroller: { readonly current: HTMLElement | null },
  picture: SequencePicture,
  selected: string | null,
  x: (index: number) => number,
): void {
  const arrow = selected === null ? undefined : picture.arrows.find(({ event }) => event === selected);
  const there = arrow !== undefined;
  useEffect(() => {
    const element = scroller.current;
    if (!element || !arrow) return;
    const y = arrow.fromY + TOP;
    if (y < element.scrollTop + 30 || y > element.scrollTop + element.clientHeight - 120) {
      element.scrollTop = Math.max(0, y - element.clientHeight / 2);
    }
    const ends = [x(arrow.from), x(arrow.to ?? arrow.from)];
    const [left, right] = [Math.min(...ends) - BESIDE, Math.max(...ends) + BESIDE];
    // Where not all of it has room, its beginning is what one reads.
    if (left < element.scrollLeft || right > element.scrollLeft + element.clientWidth) {
      element.scrollLeft = Math.max(
        0,
        right - left > element.clientWidth ? x(arrow.from) - element.clientWidth / 2 : right - element.clientWidth,
      );
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected, there]);
}
