import type { Failure } from '@/lib/events/observed-event';
import { CodeBlock } from '@/components/ui/copy-id';
import { Lamp } from '@/components/ui/lamp';
import styles from './events.module.css';

/** Why it died: class, message, the stack folded away. */
export function FailureView({ failure }: { readonly failure: Failure }) {
  const facts = [
    failure.reason && failure.reason !== failure.cause ? `reason ${failure.reason}` : null,
    failure.consumer ? `in ${failure.consumer}` : null,
    failure.count === null ? null : failure.count === 1 ? 'once' : `${failure.count} times`,
  ];
  const said = facts.filter(Boolean).join(', ');
  return (
    <div className={styles.stack}>
      <div>
        <Lamp kind="failed">
          <b>{failure.cause}</b>
        </Lamp>
        {said && <span className="quiet"> {said}</span>}
      </div>
      {failure.message && <div className={styles.message}>{failure.message}</div>}
      {failure.stack && (
        <details className={styles.fold}>
          <summary>
            Stack, {failure.stack.split('\n').length} {failure.stack.includes('\n') ? 'lines' : 'line'}
          </summary>
          <CodeBlock text={failure.stack} label="Stack of the failure" />
        </details>
      )}
    </div>
  );
}
