import { formatDuration } from '@/lib/time/format';
import type { EventTimelineRow, InboxTimelineRow, TimelineRow } from '@/lib/traces/timeline';
import type { TimelineScale } from '@/lib/traces/timeline-scale';
import styles from './trace-timeline.module.css';

/** What one row draws on the time axis. */
export function TimelineLane({ row, scale }: { readonly row: TimelineRow; readonly scale: TimelineScale }) {
  return row.kind === 'event' ? <EventLane row={row} scale={scale} /> : <InboxLane row={row} scale={scale} />;
}

function EventLane({ row, scale }: { readonly row: EventTimelineRow; readonly scale: TimelineScale }) {
  const x = scale.x(row.at);
  const { system } = row.node.event;
  const mark =
    row.mark === 'replay' ? (
      <b className={styles.replay} style={{ left: x }}>
        R{row.replay}
      </b>
    ) : row.mark === 'dead-letter' ? (
      <i className={styles.dead} style={{ left: x }} />
    ) : (
      <i
        className={`${row.mark === 'retry' ? styles.retry : row.node.joinedBy === 'time' ? styles.guessed : styles.dot} ${styles[system]}`}
        style={{ left: x }}
      />
    );
  return (
    <>
      {mark}
      <Label x={x} room={row.mark === 'replay' ? 26 : 10} width={scale.width} left={row.mark === 'dead-letter' ? x - 8 : x}>
        {row.mark === 'dead-letter' ? <span className="tone-bad">{eventWords(row)}</span> : eventWords(row)}
      </Label>
    </>
  );
}

function eventWords({ node, mark }: EventTimelineRow): string {
  const { event } = node;
  const attempt = (event.attempt ?? 1) > 1 ? `attempt ${event.attempt}` : null;
  const words =
    mark === 'dead-letter'
      ? ['dead letter', event.failureCause, attempt]
      : mark === 'replay'
        ? ['sent again']
        : [
            event.source ?? 'unknown producer',
            attempt,
            node.orphan ? 'its cause was not seen' : null,
            node.joinedBy === 'time' ? 'joined by time, inferred' : null,
          ];
  return [...words, skewWords(node.skewMicros)].filter(Boolean).join(', ');
}

const skewWords = (skew: number | null): string | null =>
  skew === null || skew === 0 ? null : `clock ${formatDuration(Math.abs(skew) / 1000)} behind its cause`;

function InboxLane({ row, scale }: { readonly row: InboxTimelineRow; readonly scale: TimelineScale }) {
  const from = scale.x(row.from);
  const hatch = row.system === 'kafka' ? styles.hatchKafka : styles.hatchRabbit;
  if (row.to === null) {
    return (
      <>
        <i className={`${styles.bar} ${styles.open} ${hatch}`} style={{ left: from, width: 18 }} />
        <Label x={from + 18} room={8} width={scale.width} left={from} quiet>
          {row.system === 'kafka' ? 'reads here; nothing seen to follow' : 'went here; nothing seen to follow'}
        </Label>
      </>
    );
  }
  const to = Math.max(scale.x(row.to), from + 2);
  const words = formatDuration((row.to - row.from) / 1000);
  return (
    <>
      <i
        className={`${styles.bar} ${hatch}`}
        style={{ left: from, width: to - from }}
        title="Waited or processed: the broker does not tell when it was taken"
      />
      {row.until === 'dead-letter' && <i className={styles.end} style={{ left: to }} />}
      <Label x={to} room={8} width={scale.width} left={from}>
        {row.until === 'dead-letter' ? <span className="tone-bad">failed after {words}</span> : words}
      </Label>
    </>
  );
}

interface LabelProps {
  readonly x: number;
  readonly room: number;
  readonly width: number;
  /** Where the mark begins, for words that have to stand before it. */
  readonly left?: number;
  readonly quiet?: boolean;
  readonly children: React.ReactNode;
}

/** Beside the mark; on the other side where the right one is too narrow. */
function Label({ x, room, width, left = x, quiet = false, children }: LabelProps) {
  const flip = width - x < 170 && left > width - x;
  return (
    <span
      className={`${styles.label} ${quiet ? 'quiet' : ''}`}
      style={flip ? { right: width - left + room } : { left: x + room, maxWidth: width - x - room }}
    >
      {children}
    </span>
  );
}
