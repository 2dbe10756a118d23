'use client';

import { useEffect, useLayoutEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { formatDuration } from '@/lib/time/format';
import { deepestIndent, type TimelineRow } from '@/lib/traces/timeline';
import { tickLabel, timelineScale, timelineTicks, type TimelineScale } from '@/lib/traces/timeline-scale';
import { Icon } from '@/components/ui/icon';
import { TimelineLane } from './timeline-lane';
import styles from './trace-timeline.module.css';

export interface TraceTimelineProps {
  readonly rows: readonly TimelineRow[];
  /** Key of the selected row: an event's id, or `<event> > <inbox>`. */
  readonly selected: string | null;
  readonly onSelect: (row: TimelineRow) => void;
}

const ROW = 30;
/** The two sticky lines above the rows, with their borders. */
const HEAD = 89;

/** The waterfall: who caused what on the left, when and how long on the right. Draws what it is given; thousands of rows stay smooth. */
export function TraceTimeline({ rows, selected, onSelect }: TraceTimelineProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const ruler = useRef<HTMLDivElement>(null);
  const width = useWidth(ruler);
  const scale = useMemo(() => timelineScale(momentsOf(rows), { width }), [rows, width]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
    getItemKey: (index) => rows[index]?.key ?? index,
  });
  useSteadyScroll(scroller, rows);
  const at = rows.findIndex((row) => row.key === selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
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
    <div ref={scroller} className={styles.scroller}>
      <div className={styles.head}>
        <div className={styles.headRow}>
          <span className={styles.headName}>True scale</span>
          <TrueScale rows={rows} scale={scale} />
        </div>
        <div className={styles.headRow}>
          <span className={styles.headName}>
            Event, and who took it <span>where</span>
          </span>
          <div ref={ruler} className={styles.ruler}>
            <Ruler scale={scale} />
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
                  <TimelineLane row={row} scale={scale} />
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

const momentsOf = (rows: readonly TimelineRow[]): number[] => rows.flatMap((row) => (row.kind === 'event' ? [row.at] : []));

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

/** The whole trace without cuts: how long it really was, and when something happened. */
function TrueScale({ rows, scale }: { readonly rows: readonly TimelineRow[]; readonly scale: TimelineScale }) {
  const whole = Math.max(1, scale.to - scale.from);
  // One mark per pixel at most: 10,000 events are not 10,000 elements.
  const marks = new Map<number, { bad: boolean; replay: boolean }>();
  for (const row of rows) {
    if (row.kind !== 'event') continue;
    const place = Math.round(((row.at - scale.from) / whole) * 600);
    const mark = marks.get(place) ?? { bad: false, replay: false };
    marks.set(place, { bad: mark.bad || row.mark === 'dead-letter', replay: mark.replay || row.mark === 'replay' });
  }
  const longest = scale.cuts.toSorted((a, b) => b.to - b.from - (a.to - a.from))[0];
  const share = longest ? (longest.to - longest.from) / whole : 0;
  return (
    <div
      className={styles.truth}
      role="img"
      aria-label={`The whole trace took ${formatDuration((scale.to - scale.from) / 1000, 'sentence')}`}
    >
      {longest && share > 0.3 && (
        <span className={styles.truthText} style={{ left: `${((longest.from - scale.from) / whole) * 100}%`, width: `${share * 100}%` }}>
          {formatDuration((longest.to - longest.from) / 1000, 'sentence')} without an event
        </span>
      )}
      {[...marks].map(([place, mark]) => (
        <i
          key={place}
          className={mark.bad ? styles.truthBad : mark.replay ? styles.truthReplay : styles.truthMark}
          style={{ left: `${place / 6}%` }}
        />
      ))}
    </div>
  );
}

function Ruler({ scale }: { readonly scale: TimelineScale }) {
  return (
    <>
      {timelineTicks(scale).map((tick) => (
        <span key={tick.at} className={styles.tick} style={{ left: tick.x }}>
          {tickLabel(tick.at - scale.from)}
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

/** Rows that arrive above what one reads must not push it away: the first row in view keeps its place. */
function useSteadyScroll(scroller: { readonly current: HTMLElement | null }, rows: readonly TimelineRow[]): void {
  const before = useRef<readonly TimelineRow[]>(rows);
  useLayoutEffect(() => {
    const element = scroller.current;
    const old = before.current;
    before.current = rows;
    if (!element || element.scrollTop === 0 || old === rows) return;
    const first = old[Math.floor(element.scrollTop / ROW)];
    const now = first ? rows.findIndex((row) => row.key === first.key) : -1;
    if (now >= 0) element.scrollTop += (now - Math.floor(element.scrollTop / ROW)) * ROW;
  }, [rows, scroller]);
}
