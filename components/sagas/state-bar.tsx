import type { SagaState } from '@/lib/sagas/saga';
import { sagaStateOrder } from '@/lib/sagas/saga-path';
import { formatExact } from '@/lib/time/format';
import { SagaLamp, sagaStateTitles } from '@/components/ui/lamp';
import styles from './sagas.module.css';

/** Counts by state, what needs a look first. A rare state keeps 6 px: the bar shows that it is there, the numbers are exact. */
export function StateBar({ counts }: { readonly counts: Readonly<Record<SagaState, number>> }) {
  const present = sagaStateOrder.filter((state) => counts[state] > 0);
  return (
    <>
      <span className={styles.bar} aria-hidden="true">
        {present.map((state) => (
          <i key={state} className={styles[`fill-${state}`]} style={{ flexGrow: counts[state] }} />
        ))}
      </span>
      <span className={styles.counts}>
        {present.length === 0 && <span className="quiet">no instance yet</span>}
        {present.map((state) => (
          <SagaLamp key={state} state={state}>
            <span className="num">{formatExact(counts[state])}</span> {sagaStateTitles[state].toLowerCase()}
          </SagaLamp>
        ))}
      </span>
    </>
  );
}
