'use client';

import type { SagaDefinition, SagaInstance } from '@/lib/sagas/saga';
import { expectedType, isFinished } from '@/lib/sagas/saga-path';
import { formatCountdown, formatDuration } from '@/lib/time/format';
import { useServerNow } from '@/components/events/use-server-now';
import { SagaLamp } from '@/components/ui/lamp';
import { Time } from '@/components/ui/time';
import { WaitsFor } from './waits-for';
import styles from './sagas.module.css';

/** The one thing the screen is about: what has not come, and how long that is still well. */
export function DueBanner({ saga, definition }: { readonly saga: SagaInstance; readonly definition: SagaDefinition }) {
  const type = expectedType(definition, saga);
  const now = useServerNow(1000);
  if (isFinished(saga.state) && saga.state !== 'stuck') {
    return (
      <div className={styles.due}>
        <span className={styles.what}>
          <SagaLamp state={saga.state} /> after {formatDuration(((saga.endedAt ?? saga.changedAt) - saga.startedAt) / 1000, 'sentence')}
        </span>
        <p>{saga.because}</p>
      </div>
    );
  }
  if (saga.waitingFor === null || saga.dueAt === null) {
    return (
      <div className={styles.due}>
        <div>
          <div className={styles.what}>
            {saga.waitingFor === null ? (
              'It waits for nothing in particular'
            ) : (
              <>
                Waits for <WaitsFor step={saga.waitingFor} type={type} />, without a time limit
              </>
            )}
          </div>
          <p>{saga.because}</p>
        </div>
      </div>
    );
  }
  const left = now === null ? 0 : (saga.dueAt - now) / 1000;
  const over = now !== null && left <= 0;
  return (
    <div className={styles.due} data-tone={over || saga.state === 'stuck' ? 'bad' : 'warn'}>
      <span className={styles.clock} role="timer" suppressHydrationWarning>
        {now === null ? '--:--' : formatCountdown(over ? left : Math.ceil(left / 1000) * 1000)}
      </span>
      <div>
        <div className={styles.what}>
          {over ? (
            <>
              <WaitsFor step={saga.waitingFor} type={type} /> is overdue
            </>
          ) : (
            <>
              until <WaitsFor step={saga.waitingFor} type={type} /> is overdue
            </>
          )}
        </div>
        <p>
          {over ? 'It was due at ' : 'Due at '}
          <Time at={saga.dueAt} />. {saga.because}
        </p>
      </div>
    </div>
  );
}
