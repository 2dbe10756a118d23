'use client';
import type { TapCard } from '@/lib/contract/taps';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-id';
import { Lamp } from '@/components/ui/lamp';
import { Time } from '@/components/ui/time';
import { useRetryTap } from './use-taps';
import styles from './settings.module.css';

/** What is wrong with a tap, what cures it, the command to copy, and a try at once. */
export function TapProblem({ tap }: { readonly tap: TapCard }) {
  const retry = useRetryTap();
  if (!tap.problem) return null;
  const failed = tap.status === 'failed';
  return (
    <div className={styles.problem} data-tone={failed ? 'bad' : 'warn'} role={failed ? 'alert' : undefined}>
      <Lamp kind={failed ? 'stop' : 'warn'} label={failed ? 'failed' : 'in trouble'} />
      <div>
        <b>{tap.problem.text}</b>
        <p>{tap.problem.cure}</p>
        {tap.problem.command && (
          <code className={styles.command} tabIndex={0}>
            {tap.problem.command}
          </code>
        )}
        <p className="muted">
          Since <Time at={tap.since * 1000} />.
          {tap.nextTryAt !== null && (
            <>
              {' '}
              We try again by ourselves, next at <Time at={tap.nextTryAt * 1000} />.
            </>
          )}
        </p>
      </div>
      <span className={styles.actions}>
        {tap.problem.command && <CopyButton text={tap.problem.command} />}
        <Button disabled={retry.isPending} onClick={() => retry.mutate(tap.tap)}>
          Try now
        </Button>
      </span>
    </div>
  );
}
