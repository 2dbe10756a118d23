import Link from 'next/link';
import type { Micros } from '@/lib/events/names';
import type { SagaPath, Station, UndoStation } from '@/lib/sagas/saga-path';
import { formatDuration } from '@/lib/time/format';
import styles from './sagas.module.css';

export interface SagaTrackProps {
  readonly path: SagaPath;
  readonly startedAt: Micros;
  readonly eventHref: (event: string) => string | null;
}

const STEP = 164;
const LEFT = 150;
const FORWARD = 78;
const UNDO = 180;

/** The way forward, and under it, apart, the way back. What came is solid, what is only expected is not. */
export function SagaTrack({ path, startedAt, eventHref }: SagaTrackProps) {
  const x = (index: number): number => LEFT + index * STEP;
  const width = x(path.forward.length - 1) + 130;
  const hasUndo = path.undo.length > 0;
  const height = hasUndo ? 248 : 124;
  const reached = path.forward.findLastIndex((station) => station.at !== null);
  const back = path.turnedBackAt;
  return (
    <div className={styles.track} tabIndex={0} role="region" aria-label={`Path of the saga. ${wordsOf(path)}`}>
      <div className={styles.trackInner} style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          <path d={`M${x(0)} ${FORWARD}H${x(Math.max(0, reached))}`} stroke="var(--ink-1)" strokeWidth="3" />
          {reached < path.forward.length - 1 && (
            <Rails d={`M${x(Math.max(0, reached))} ${FORWARD}H${x(path.forward.length - 1)}`} colour="var(--line-2)" />
          )}
          {hasUndo && <UndoLine path={path} x={x} back={back} />}
          {path.undo.map((undo) => (
            <g key={undo.under}>
              <path d={`M${x(undo.under)} ${FORWARD + 14}V${UNDO - 14}`} stroke="var(--line-2)" strokeDasharray="2 3" />
              <UndoMark undo={undo} x={x(undo.under)} />
            </g>
          ))}
          {path.forward.map((station, index) => (
            <StationMark key={station.step} station={station} x={x(index)} />
          ))}
        </svg>
        <span className={styles.lineName} style={{ top: FORWARD - 9 }}>
          Forward
        </span>
        {hasUndo && (
          <span className={styles.lineName} style={{ top: UNDO - 9 }}>
            Undo
          </span>
        )}
        {path.forward.map((station, index) => (
          <div key={station.step} className={styles.station} data-state={station.state} style={{ left: x(index), top: FORWARD - 52 }}>
            <b title={station.type ?? undefined}>{station.type ?? station.step}</b>
            <StationWords station={station} startedAt={startedAt} href={station.event === null ? null : eventHref(station.event)} />
          </div>
        ))}
        {path.undo.map((undo) => (
          <div key={undo.under} className={styles.station} data-state={undo.state} style={{ left: x(undo.under), top: UNDO + 18 }}>
            <b title={undo.type ?? undefined}>{undo.type ?? 'undo'}</b>
            {undoWords[undo.state]}
          </div>
        ))}
        {back !== null && hasUndo && (
          <span className={styles.turned} style={{ left: x(back) + 76, top: (FORWARD + UNDO) / 2 - 8 }}>
            turned back here
          </span>
        )}
      </div>
    </div>
  );
}

const undoWords: Record<UndoStation['state'], string> = {
  undone: 'undone',
  expected: 'expected now',
  'to-come': 'after that',
  'will-not-come': 'was not undone',
  'not-needed': 'not needed',
};

function StationWords({
  station,
  startedAt,
  href,
}: {
  readonly station: Station;
  readonly startedAt: Micros;
  readonly href: string | null;
}) {
  const words =
    station.at !== null
      ? station.at === startedAt
        ? 'start'
        : `after ${formatDuration((station.at - startedAt) / 1000)}`
      : { done: '', failed: '', expected: 'expected', overdue: 'overdue', 'to-come': 'not yet', 'will-not-come': 'will not come' }[
          station.state
        ];
  return href === null ? (
    <>{words}</>
  ) : (
    <Link href={href} prefetch={false}>
      {words}
    </Link>
  );
}

const Rails = ({ d, colour, dash }: { readonly d: string; readonly colour: string; readonly dash?: string }) => (
  <>
    <path d={d} fill="none" stroke={colour} strokeWidth="5" strokeDasharray={dash} />
    <path d={d} fill="none" stroke="var(--surface-1)" strokeWidth="2.5" />
  </>
);

/** From where it turned back to the first station that can be undone; solid up to what is undone, dashed after. */
function UndoLine({ path, x, back }: { readonly path: SagaPath; readonly x: (index: number) => number; readonly back: number | null }) {
  const first = path.undo[0]?.under ?? 0;
  const last = path.undo.at(-1)?.under ?? 0;
  if (back === null) return first === last ? null : <Rails d={`M${x(last)} ${UNDO}H${x(first)}`} colour="var(--line-2)" dash="2 5" />;
  const furthest = path.undo.find((undo) => undo.state === 'undone')?.under ?? Math.max(last, first);
  const bend = `M${x(back)} ${FORWARD}C${x(back) + 84} ${FORWARD} ${x(back) + 84} ${UNDO} ${x(back)} ${UNDO}`;
  const chevrons = path.undo.filter((undo) => undo.state !== 'not-needed').map((undo) => x(undo.under) + STEP / 2 - 6);
  return (
    <>
      <Rails d={`${bend}H${x(furthest)}`} colour="var(--warn-mark)" />
      {furthest > first && <Rails d={`M${x(furthest)} ${UNDO}H${x(first)}`} colour="var(--warn-mark)" dash="3 4" />}
      {chevrons.map((at) => (
        <path
          key={at}
          d={`M${at} ${UNDO - 8}l-7 8 7 8M${at + 9} ${UNDO - 8}l-7 8 7 8`}
          fill="none"
          stroke="var(--warn-mark)"
          strokeWidth="2"
        />
      ))}
    </>
  );
}

function StationMark({ station, x }: { readonly station: Station; readonly x: number }) {
  const box = (fill: string, stroke: string, dash?: string) => (
    <rect x={x - 11} y={FORWARD - 11} width="22" height="22" fill={fill} stroke={stroke} strokeWidth="2" strokeDasharray={dash} />
  );
  switch (station.state) {
    case 'done':
      return (
        <>
          {box('var(--ink-1)', 'var(--ink-1)')}
          <path d={`M${x - 5} ${FORWARD}l4 4 7-8`} fill="none" stroke="var(--surface-1)" strokeWidth="2" />
        </>
      );
    case 'failed':
      return (
        <>
          {box('var(--bad)', 'var(--bad)')}
          <path d={`M${x - 5} ${FORWARD - 5}l10 10M${x + 5} ${FORWARD - 5}l-10 10`} stroke="var(--surface-1)" strokeWidth="2.2" />
        </>
      );
    case 'expected':
      return (
        <>
          {box('var(--surface-1)', 'var(--ink-1)', '3 2')}
          <circle cx={x} cy={FORWARD} r="3.5" fill="var(--ink-1)" />
        </>
      );
    case 'overdue':
      return (
        <>
          {box('var(--surface-1)', 'var(--bad)')}
          <path d={`M${x - 4} ${FORWARD - 6}h8l-4 6 4 6h-8l4-6z`} fill="none" stroke="var(--bad)" strokeWidth="1.6" />
        </>
      );
    default:
      return box('var(--surface-1)', 'var(--line-2)');
  }
}

function UndoMark({ undo, x }: { readonly undo: UndoStation; readonly x: number }) {
  if (undo.state === 'undone') {
    return (
      <>
        <rect x={x - 10} y={UNDO - 10} width="20" height="20" fill="var(--surface-1)" stroke="var(--warn-mark)" strokeWidth="2" />
        <path d={`M${x - 5} ${UNDO}l4 4 6-7`} fill="none" stroke="var(--warn-mark)" strokeWidth="2" />
      </>
    );
  }
  if (undo.state === 'will-not-come') {
    return (
      <>
        <rect x={x - 10} y={UNDO - 10} width="20" height="20" fill="var(--surface-1)" stroke="var(--bad)" strokeWidth="2" />
        <path d={`M${x} ${UNDO - 6}v7M${x} ${UNDO + 4}v2`} stroke="var(--bad)" strokeWidth="2.2" />
      </>
    );
  }
  if (undo.state === 'expected') {
    return (
      <>
        <circle cx={x} cy={UNDO} r="14" fill="var(--surface-1)" stroke="var(--warn-mark)" strokeWidth="3" />
        <rect x={x - 5} y={UNDO - 5} width="10" height="10" fill="none" stroke="var(--ink-1)" strokeWidth="1.6" strokeDasharray="2 1.5" />
      </>
    );
  }
  return (
    <rect
      x={x - 10}
      y={UNDO - 10}
      width="20"
      height="20"
      fill="var(--surface-1)"
      stroke="var(--line-2)"
      strokeWidth="1.6"
      strokeDasharray="3 2"
    />
  );
}

/** The same for somebody who does not see it. */
function wordsOf({ forward, undo }: SagaPath): string {
  const states: Record<Station['state'], string> = {
    done: 'came',
    failed: 'failed',
    expected: 'expected',
    overdue: 'overdue',
    'to-come': 'not yet',
    'will-not-come': 'will not come',
  };
  const way = forward.map((station) => `${station.type ?? station.step} ${states[station.state]}`).join(', ');
  const back = undo
    .filter((one) => one.state !== 'not-needed')
    .map((one) => `${one.type ?? 'undo'} ${undoWords[one.state]}`)
    .join(', ');
  return back === '' ? `Forward: ${way}.` : `Forward: ${way}. Undo: ${back}.`;
}
