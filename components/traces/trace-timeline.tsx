'use client';

import { useEffect, useLayoutEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { formatDuration } from '@/lib/time/format';
import { deepestIndent, type TimelineRow } from '@/lib/traces/timeline';
import { tickLabel, timelineScale, timelineTicks, type TimelineScale } from '@/lib/traces/timeline-scale';
import { momentOf } from '@/lib/traces/moment-of';
import type { PathStep } from '@/lib/traces/critical-path';
import { useScrollTo } from '@/components/ui/use-scroll-to';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { useKeys } from '@/components/ui/keys';
import { Minimap, type Stretch } from './minimap';
import { TimelineLane } from './timeline-lane';
import styles from './trace-timeline.module.css';

export interface TraceTimelineProps {
  readonly rows: readonly TimelineRow[];
  /** Key of the selected row: an event's id, or `<event> > <inbox>`. */
  readonly selected: string | null;
  readonly onSelect: (row: TimelineRow) => void;
  /** An attempt or a replay that stands on a row was chosen. */
  readonly onAttempt: (event: string) => void;
  readonly selectedEvent: string | null;
  readonly path: readonly PathStep[];
  readonly zoom: Stretch | null;
  readonly onZoom: (zoom: Stretch | null) => void;
}

const ROW = 30;
/** The two sticky lines above the rows, with their borders. */
const HEAD = 89;

/** The waterfall: who caused what on the left, when and how long on the right. Draws what it is given; thousands of rows stay smooth. */
export function TraceTimeline({ rows, selected, onSelect, onAttempt, selectedEvent, path, zoom, onZoom }: TraceTimelineProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const ruler = useRef<HTMLDivElement>(null);
  const width = useWidth(ruler);
  const moments = useMemo(() => momentsOf(rows), [rows]);
  const [from, to] = useMemo(() => [least(moments), most(moments)], [moments]);
  const scale = useMemo(
    () => timelineScale(moments, { width, window: zoom && { from: from + zoom.from, to: from + zoom.to } }),
    [moments, width, zoom, from],
  );
  const deepest = useMemo(() => rows.reduce((most, { depth }) => Math.max(most, Math.min(depth, deepestIndent)), 1), [rows]);
  const steps = useMemo(() => new Map(path.map((step) => [step.event, step])), [path]);
  /** Nearer or further around the selected event, else around the middle. */
  const zoomBy = (factor: number): void => {
    const [low, high] = [scale.from - from, scale.to - from];
    const row = rows.find((each) => each.key === selected);
    const at = row === undefined ? null : (row.kind === 'event' ? row.at : row.from) - from;
    const centre = at !== null && at >= low && at <= high ? at : (low + high) / 2;
    const span = (high - low) * factor;
    if (span >= to - from) onZoom(null);
    else if (span >= 10) {
      const start = Math.max(0, Math.min(to - from - span, centre - span / 2));
      onZoom({ from: start, to: start + span });
    }
  };
  useKeys({ '+': () => zoomBy(0.5), '-': () => zoomBy(2), '0': () => onZoom(null) });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
    getItemKey: (index) => rows[index]?.key ?? index,
  });
  useSteadyScroll(scroller, rows, selected);
  const at = rows.findIndex((row) => row.key === selected);
  const scrollTo = useScrollTo(virtual);
  useEffect(() => {
    scrollTo(at);
    // Only a new selection may scroll; rows that arrive must not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected, at < 0]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -rows.length, End: rows.length }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const row = rows[Math.max(0, Math.min(rows.length - 1, (at < 0 ? (step > 0 ? -1 : 0) : at) + step))];
    if (!row) return;
    event.preventDefault();
    onSelect(row);
  };

  return (
    <div ref={scroller} className={styles.scroller} style={{ '--levels': deepest } as CSSProperties}>
      <div className={styles.head}>
        <div className={styles.headRow}>
          <span className={styles.headName}>
            True scale
            <span className={styles.zoomTools} role="group" aria-label="Stretch of time">
              {zoom !== null && (
                <>
                  <Button look="quiet" icon="minus" aria-label="Longer stretch" title="Longer stretch (-)" onClick={() => zoomBy(2)} />
                  <Button look="quiet" icon="fit" aria-label="The whole trace" title="The whole trace (0)" onClick={() => onZoom(null)} />
                </>
              )}
              <Button look="quiet" icon="plus" aria-label="Shorter stretch" title="Shorter stretch (+)" onClick={() => zoomBy(0.5)} />
            </span>
          </span>
          <Minimap rows={rows} from={from} to={to} zoom={zoom} onZoom={onZoom} />
        </div>
        <div className={styles.headRow}>
          <span className={styles.headName}>
            Event, and who took it <span>where</span>
          </span>
          <div ref={ruler} className={styles.ruler}>
            <Ruler scale={scale} start={from} />
          </div>
        </div>
      </div>
      <div className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        <Ground scale={scale} />
        <div
          role="treegrid"
          aria-label="Events of this trace and where they went"
          aria-rowcount={rows.length}
          aria-activedescendant={at >= 0 ? domId(at) : undefined}
          tabIndex={0}
          className={styles.grid}
          onKeyDown={onKeyDown}
        >
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row ? (
              // The grid itself takes the keys; a click is the mouse's way to the same.
              <div
                key={item.key}
                id={domId(item.index)}
                role="row"
                aria-rowindex={item.index + 1}
                aria-level={row.depth + 1}
                aria-selected={row.key === selected}
                className={styles.row}
                style={{ transform: `translateY(${item.start - HEAD}px)` }}
                onClick={() => onSelect(row)}
              >
                <NameCell row={row} />
                <div role="gridcell" className={styles.lane}>
                  <TimelineLane
                    row={row}
                    scale={scale}
                    step={row.kind === 'event' ? (steps.get(row.node.event.id) ?? null) : null}
                    selectedEvent={selectedEvent}
                    onAttempt={onAttempt}
                  />
                </div>
              </div>
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}

/** The style sheet knows how wide a level is. */
const level = (depth: number): CSSProperties => ({ '--level': depth }) as CSSProperties;

const domId = (index: number): string => `timeline-row-${index}`;

/** Every event has its place on the axis, attempts too. A bar that ends after the last of them runs out of the picture. */
const momentsOf = (rows: readonly TimelineRow[]): number[] =>
  rows.flatMap((row) => (row.kind === 'event' ? [row.at] : row.attempts.map(({ node }) => momentOf(node.event).at)));

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), values[0] ?? 0);
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), values[0] ?? 0);

function NameCell({ row }: { readonly row: TimelineRow }) {
  const depth = Math.min(row.depth, deepestIndent);
  return (
    <div role="gridcell" className={styles.name}>
      <span className={styles.tree} style={level(depth)} aria-hidden="true">
        {row.guides.map((goesOn, index) => (goesOn && index > 0 ? <i key={index} className={styles.guide} style={level(index)} /> : null))}
        {depth > 0 && <i className={row.last ? styles.elbowLast : styles.elbow} style={level(depth)} />}
      </span>
      {row.kind === 'event' ? (
        <>
          <EventMark row={row} />
          <span className={`${styles.type} truncate`} title={row.node.event.type ?? undefined}>
            {row.node.event.type ?? 'type not said'}
          </span>
          <span className={`${styles.where} truncate`} title={row.node.event.channel}>
            {row.mark === 'dead-letter'
              ? (row.node.event.inboxes[0]?.inbox ?? row.node.event.channel)
              : row.node.event.channel || 'default exchange'}
          </span>
        </>
      ) : (
        <>
          <Icon
            name={row.system === 'kafka' ? 'group' : 'queue'}
            size={14}
            className={`tone-${row.system}`}
            label={row.system === 'kafka' ? 'group' : 'queue'}
          />
          <span className="truncate" title={row.inbox}>
            {row.title}
          </span>
          <span className={`${styles.where} truncate`}>
            {row.services === null ? '' : row.services.length > 0 ? row.services.join(', ') : 'unknown consumer'}
          </span>
        </>
      )}
    </div>
  );
}

function EventMark({ row }: { readonly row: Extract<TimelineRow, { kind: 'event' }> }) {
  const { system } = row.node.event;
  if (row.mark === 'dead-letter') return <Icon name="dead-letter-inbox" size={14} className="tone-bad" label="dead letter" />;
  if (row.mark === 'replay') return <Icon name="replay" size={14} label="replay" />;
  if (row.node.joinedBy === 'time') return <Icon name="inferred" size={14} className="muted" label="joined by a guess" />;
  return (
    <Icon
      name={row.mark === 'retry' ? 'event-retry' : 'event'}
      size={14}
      className={`tone-${system}`}
      label={system === 'kafka' ? 'event on Kafka' : 'event on RabbitMQ'}
    />
  );
}

function Ruler({ scale, start }: { readonly scale: TimelineScale; readonly start: number }) {
  return (
    <>
      {timelineTicks(scale).map((tick) => (
        <span key={tick.at} className={styles.tick} style={tick.x > scale.width - 24 ? { right: 0, transform: 'none' } : { left: tick.x }}>
          {tickLabel(tick.at - start)}
        </span>
      ))}
      {scale.cuts.map((cut) => (
        <span
          key={cut.from}
          className={styles.cut}
          style={{ left: cut.x, width: cut.width }}
          title={`${formatDuration((cut.to - cut.from) / 1000)} left out: nothing happened`}
        >
          <b aria-hidden="true">{'//'}</b>
          <span>{formatDuration((cut.to - cut.from) / 1000)}</span>
        </span>
      ))}
    </>
  );
}

function Ground({ scale }: { readonly scale: TimelineScale }) {
  return (
    <div className={styles.ground} aria-hidden="true">
      {scale.segments.map((segment) => (
        <i key={segment.from} className={styles.segment} style={{ left: segment.x, width: segment.width }} />
      ))}
      {timelineTicks(scale).map((tick) => (
        <i key={tick.at} className={styles.line} style={{ left: tick.x }} />
      ))}
      {scale.cuts.map((cut) => (
        <i key={cut.from} className={styles.cutLine} style={{ left: cut.x + cut.width / 2 }} />
      ))}
    </div>
  );
}

function useWidth(ref: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => setWidth(Math.max(200, element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}

/** Rows that arrive above what one reads must not push it away: the selected row keeps its place where it is in view, else the first one in view. */
function useSteadyScroll(scroller: { readonly current: HTMLElement | null }, rows: readonly TimelineRow[], selected: string | null): void {
  const before = useRef<readonly TimelineRow[]>(rows);
  useLayoutEffect(() => {
    const element = scroller.current;
    const old = before.current;
    before.current = rows;
    if (!element || old === rows) return;
    const top = Math.floor(element.scrollTop / ROW);
    const chosen = selected === null ? -1 : old.findIndex((row) => row.key === selected);
    const isInView = chosen >= top && chosen * ROW + HEAD < element.scrollTop + element.clientHeight;
    if (!isInView && element.scrollTop === 0) return;
    const kept = isInView ? chosen : top;
    const key = old[kept]?.key;
    const now = key === undefined ? -1 : rows.findIndex((row) => row.key === key);
    if (now >= 0) element.scrollTop += (now - kept) * ROW;
    // Another selection scrolls by itself.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [rows, scroller]);
}
