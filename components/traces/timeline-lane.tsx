import { formatDuration, formatExact } from '@/lib/time/format';
import type { LaneBar } from '@/lib/traces/lane-bars';
import type { PathStep } from '@/lib/traces/critical-path';
import type { EventTimelineRow, InboxTimelineRow, TimelineRow } from '@/lib/traces/timeline';
import type { TimelineScale } from '@/lib/traces/timeline-scale';
import styles from './trace-timeline.module.css';

export interface TimelineLaneProps {
  readonly row: TimelineRow;
  readonly scale: TimelineScale;
  /** The hop of the critical path that ends here. */
  readonly step: PathStep | null;
  readonly selectedEvent: string | null;
  readonly onAttempt: (event: string) => void;
}

/** What one row draws on the time axis. */
export function TimelineLane({ row, scale, step, selectedEvent, onAttempt }: TimelineLaneProps) {
  return (
    <>
      {step && step.to > step.from && inView(scale, step.from, step.to) && (
        <i
          className={styles.path}
          style={{ left: scale.x(step.from), width: Math.max(2, scale.x(step.to) - scale.x(step.from)) }}
          title={`On the critical path: ${formatDuration((step.to - step.from) / 1000)} since its cause`}
        />
      )}
      {row.kind === 'event' ? (
        <EventLane row={row} scale={scale} />
      ) : (
        <InboxLane row={row} scale={scale} selectedEvent={selectedEvent} onAttempt={onAttempt} />
      )}
    </>
  );
}

const inView = (scale: TimelineScale, from: number, to: number): boolean => to >= scale.from && from <= scale.to;

/** Nothing of it is in the stretch that is drawn: where it is. */
function Outside({ scale, from }: { readonly scale: TimelineScale; readonly from: number }) {
  return from > scale.to ? (
    <span className={styles.outside} style={{ right: 2 }}>
      later ›
    </span>
  ) : (
    <span className={styles.outside} style={{ left: 2 }}>
      ‹ earlier
    </span>
  );
}

function EventLane({ row, scale }: { readonly row: EventTimelineRow; readonly scale: TimelineScale }) {
  if (!inView(scale, row.at, row.at)) return <Outside scale={scale} from={row.at} />;
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

type InboxLaneProps = Pick<TimelineLaneProps, 'scale' | 'selectedEvent' | 'onAttempt'> & { readonly row: InboxTimelineRow };

function InboxLane({ row, scale, selectedEvent, onAttempt }: InboxLaneProps) {
  const hatch = `${row.system === 'kafka' ? styles.hatchKafka : styles.hatchRabbit}`;
  const shown = row.bars.filter((bar) => inView(scale, bar.from, bar.to ?? bar.from));
  const last = shown.at(-1);
  if (!last) return <Outside scale={scale} from={row.from} />;
  const end =
    last.to === null
      ? Math.min(scale.width - 2, scale.x(last.from) + OPEN)
      : last.to > scale.to
        ? scale.width - 2
        : Math.max(scale.x(last.to), scale.x(last.from) + 2);
  const first = scale.x(shown[0]?.from ?? last.from);
  return (
    <>
      {shown.length > 1 && <i className={styles.between} style={{ left: first, width: Math.max(0, end - first) }} />}
      {shown.map((bar, index) => (
        <Bar
          key={`${bar.event} ${index}`}
          bar={bar}
          scale={scale}
          hatch={hatch ?? ''}
          selected={bar.event === selectedEvent && (bar.attempt !== null || bar.replay !== null)}
          onAttempt={onAttempt}
        />
      ))}
      {row.until === 'dead-letter' && last.failed && <i className={styles.end} style={{ left: end }} />}
      <Label x={end} room={8} width={scale.width} left={first} quiet={last.to === null && row.consumption === null}>
        <LaneWords row={row} />
      </Label>
    </>
  );
}

/** A bar without an end is so long, px. */
const OPEN = 18;

interface BarProps {
  readonly bar: LaneBar;
  readonly scale: TimelineScale;
  readonly hatch: string;
  readonly selected: boolean;
  readonly onAttempt: (event: string) => void;
}

function Bar({ bar, scale, hatch, selected, onAttempt }: BarProps) {
  const left = scale.x(bar.from);
  const numbered = bar.attempt !== null || bar.replay !== null;
  const least = numbered ? 16 : 2;
  // It goes on after the last event: the picture ends before it does.
  const runsOut = bar.to !== null && bar.to > scale.to;
  const width =
    bar.to === null
      ? Math.max(least, Math.min(OPEN, scale.width - left))
      : Math.max((runsOut ? scale.width - 2 : scale.x(bar.to)) - left, least);
  if (numbered) {
    const words = bar.replay === null ? `Attempt ${bar.attempt}${bar.failed ? ', failed' : ''}` : `Replay R${bar.replay}`;
    return (
      <button
        type="button"
        tabIndex={-1}
        className={bar.replay !== null ? styles.replayBar : bar.failed ? styles.failedBar : styles.attemptBar}
        data-selected={selected || undefined}
        style={{ left, width }}
        aria-label={words}
        title={bar.to === null ? words : `${words}, ${formatDuration((bar.to - bar.from) / 1000)}`}
        onClick={(event) => {
          event.stopPropagation();
          onAttempt(bar.event);
        }}
      >
        {bar.replay === null ? bar.attempt : `R${bar.replay}`}
      </button>
    );
  }
  return (
    <i
      className={`${bar.kind === 'work' ? styles.work : `${styles.bar} ${hatch}`} ${bar.to === null || runsOut ? styles.open : ''}`}
      style={{ left, width }}
      title={barTitles[bar.kind]}
    />
  );
}

const barTitles: Record<LaneBar['kind'], string> = {
  wait: 'Waited: by the committed offset it was not taken yet',
  work: 'Taken and done within: between two samples of the committed offset, or up to what followed',
  either: 'Waited or processed: the broker does not tell when it was taken',
};

function LaneWords({ row }: { readonly row: InboxTimelineRow }) {
  const { consumption, bars } = row;
  const last = bars.at(-1);
  if (!last) return null;
  const whole = (bar: LaneBar): string => formatDuration(((bar.to ?? bar.from) - bar.from) / 1000);
  if (last.replay !== null) return <>replayed{last.to === null ? '; nothing seen to follow' : `, ${whole(last)}`}</>;
  if (row.until === 'dead-letter' && last.failed) {
    return <span className="tone-bad">{last.attempt === null ? `failed after ${whole(last)}` : `failed ${last.attempt} times`}</span>;
  }
  if (consumption?.state === 'no-members') return <span className="tone-bad">waits, nobody reads</span>;
  if (consumption?.state === 'not-yet') {
    return <span className="tone-warn">not yet{consumption.behind === null ? '' : `, ${formatExact(consumption.behind)} behind`}</span>;
  }
  if (last.kind === 'work') {
    const wait = bars.find((bar) => bar.kind === 'wait');
    const done = formatDuration(((last.to ?? last.from) - row.from) / 1000);
    if (row.to !== null) return <>{wait ? `${whole(last)}, after waiting ${whole(wait)}` : done}</>;
    return <>{wait ? `taken ${whole(wait)} to ${done} after` : `taken within ${done}`}</>;
  }
  if (last.to !== null) return <>{whole(last)}</>;
  if (consumption?.state === 'skipped-or-consumed') return <>skipped or consumed, unknown</>;
  return <>{row.system === 'kafka' ? 'reads here; nothing seen to follow' : 'went here; nothing seen to follow'}</>;
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
  const narrow = width - x < 170;
  const flip = narrow && left >= 170;
  // Neither side has room: on the bar itself.
  const inside = narrow && !flip && x - left > 170;
  return (
    <span
      className={`${styles.label} ${quiet ? 'quiet' : ''} ${inside ? styles.inside : ''}`}
      style={
        flip
          ? { right: width - left + room }
          : inside
            ? { right: width - x + 22 }
            : { left: x + room, maxWidth: Math.max(0, width - x - room) }
      }
    >
      {children}
    </span>
  );
}
