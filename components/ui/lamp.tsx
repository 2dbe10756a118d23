import type { ReactNode } from 'react';
import type { SagaState } from '@/lib/sagas/saga';
import type { LagVerdict, QueueRow } from '@/lib/contract/samples';
import styles from './marks.module.css';

/** Shapes of the lamps; hue is never alone. The drawings are on a 12 × 12 grid. */
const drawings = {
  ok: <circle cx="6" cy="6" r="4.5" fill="var(--ok)" />,
  warn: <path d="M6 1 11.3 10.5H.7z" fill="var(--warn-mark)" />,
  bad: <path d="M6 .4 11.6 6 6 11.6.4 6z" fill="var(--bad)" />,
  stop: <rect x="1.5" y="1.5" width="9" height="9" fill="var(--bad)" />,
  off: <circle cx="6" cy="6" r="4.2" fill="none" stroke="var(--ink-3)" strokeWidth="1.5" strokeDasharray="2 1.6" />,
  idle: <circle cx="6" cy="6" r="4" fill="none" stroke="var(--ink-3)" strokeWidth="1.6" />,
  'no-members': <circle cx="6" cy="6" r="4" fill="none" stroke="var(--bad)" strokeWidth="2" />,
  rewound: (
    <>
      <path d="M10.2 6a4.2 4.2 0 1 1-1.3-3" fill="none" stroke="var(--ink-2)" strokeWidth="1.6" />
      <path d="M9.5.6v2.7H6.8" fill="none" stroke="var(--ink-2)" strokeWidth="1.5" />
    </>
  ),
  running: <path d="M3 1.5 9.5 6 3 10.5" fill="none" stroke="var(--ink-1)" strokeWidth="2" />,
  completed: <path d="M1.5 6.3 4.7 9.5 10.8 2.5" fill="none" stroke="var(--ok)" strokeWidth="2" />,
  compensating: <path d="M6.5 1.5 2 6l4.5 4.5M10.7 1.5 6.2 6l4.5 4.5" fill="none" stroke="var(--warn-mark)" strokeWidth="1.8" />,
  compensated: (
    <>
      <path d="M1.3 1v10" stroke="var(--ink-2)" strokeWidth="1.8" />
      <path d="M10.5 1.5 6 6l4.5 4.5M7 6H3.5" fill="none" stroke="var(--ink-2)" strokeWidth="1.8" />
    </>
  ),
  'partly-compensated': (
    <>
      <path d="M6.5 1.5 2 6l4.5 4.5" fill="none" stroke="var(--bad)" strokeWidth="1.8" />
      <path d="M9.8 1.5v5.2M9.8 9.3v1.5" stroke="var(--bad)" strokeWidth="2" />
    </>
  ),
  failed: <path d="M2 2l8 8M10 2l-8 8" fill="none" stroke="var(--bad)" strokeWidth="2.2" />,
  stuck: (
    <>
      <path d="M2.5 1h7L6 6l3.5 5h-7L6 6z" fill="none" stroke="var(--bad)" strokeWidth="1.6" />
      <path d="M4 10.2h4L6 7.8z" fill="var(--bad)" />
    </>
  ),
  paused: <path d="M3.5 1.5v9M8.5 1.5v9" stroke="var(--warn-mark)" strokeWidth="2.4" />,
  replay: (
    <>
      <circle cx="6" cy="6" r="4.6" fill="none" stroke="var(--ink-1)" strokeWidth="1.5" />
      <circle cx="6" cy="6" r="2" fill="var(--ink-1)" />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type LampKind = keyof typeof drawings;

const tones: Partial<Record<LampKind, 'warn' | 'bad' | 'off'>> = {
  warn: 'warn',
  compensating: 'warn',
  paused: 'warn',
  bad: 'bad',
  stop: 'bad',
  'no-members': 'bad',
  failed: 'bad',
  stuck: 'bad',
  'partly-compensated': 'bad',
  off: 'off',
  rewound: 'off',
  compensated: 'off',
};

export interface LampProps {
  readonly kind: LampKind;
  readonly children?: ReactNode;
  /** Words keep the ink of their surroundings; only the lamp is coloured. */
  readonly ink?: boolean;
  readonly size?: number;
  /** Needed when no words stand beside the lamp. */
  readonly label?: string;
}

/** A lamp and its words. */
export function Lamp({ kind, children, ink = false, size = 12, label }: LampProps) {
  const tone = ink ? undefined : tones[kind];
  return (
    <span className={`${styles.lamp} ${tone ? styles[tone] : ''}`}>
      <svg
        width={size}
        height={size}
        viewBox="0 0 12 12"
        role={label ? 'img' : undefined}
        aria-label={label}
        aria-hidden={label ? undefined : true}
      >
        {drawings[kind]}
      </svg>
      {children !== undefined && <span>{children}</span>}
    </span>
  );
}

/** The hatched square of a picture that stands still because the link is down. */
export function StaleMark() {
  return <i className={styles.hatch} aria-hidden="true" />;
}

export const sagaStateTitles: Record<SagaState, string> = {
  running: 'Running',
  completed: 'Completed',
  compensating: 'Compensating',
  compensated: 'Compensated',
  'partly-compensated': 'Partly',
  failed: 'Failed',
  stuck: 'Stuck',
};

export function SagaLamp({ state, children }: { readonly state: SagaState; readonly children?: ReactNode }) {
  return <Lamp kind={state}>{children ?? sagaStateTitles[state]}</Lamp>;
}

const lagLamps: Record<LagVerdict, readonly [LampKind, string]> = {
  'caught-up': ['ok', 'Caught up'],
  'catching-up': ['ok', 'Catching up'],
  'falling-behind': ['warn', 'Falling behind'],
  stalled: ['bad', 'Stalled'],
  stopped: ['stop', 'Stopped'],
  rewound: ['rewound', 'Rewound'],
  'no-members': ['no-members', 'No members'],
  'no-offset': ['off', 'No offset yet'],
  unknown: ['off', 'Unknown'],
};

export function LagLamp({ verdict, children }: { readonly verdict: LagVerdict; readonly children?: ReactNode }) {
  const [kind, title] = lagLamps[verdict];
  return <Lamp kind={kind}>{children ?? title}</Lamp>;
}

const queueLamps: Record<QueueRow['verdict'], readonly [LampKind, string]> = {
  empty: ['idle', 'Empty'],
  flowing: ['ok', 'Flowing'],
  draining: ['ok', 'Draining'],
  filling: ['warn', 'Filling'],
  stalled: ['bad', 'Stalled'],
  'no-consumers': ['no-members', 'No consumers'],
  unknown: ['off', 'Unknown'],
};

export function QueueLamp({ verdict, children }: { readonly verdict: QueueRow['verdict']; readonly children?: ReactNode }) {
  const [kind, title] = queueLamps[verdict];
  return <Lamp kind={kind}>{children ?? title}</Lamp>;
}

/** Mark of a level, as `TopologyRates` and attention carry it. */
export const lampOfLevel = (level: 'ok' | 'warn' | 'bad' | 'off'): LampKind => level;
