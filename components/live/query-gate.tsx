'use client';
import type { ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import { Button } from '@/components/ui/button';
import { ErrorState, Loading, Note } from '@/components/ui/states';
import { Lamp } from '@/components/ui/lamp';
import { Time } from '@/components/ui/time';
import { ApiError } from './api';

export interface QueryGateProps<Data> {
  readonly query: UseQueryResult<Data>;
  /** What is asked for, in words: "the traces". */
  readonly what: string;
  /** What goes on although this failed. */
  readonly works?: string;
  readonly inline?: boolean;
  /** Instead of the error for a missing thing (404). */
  readonly missing?: ReactNode;
  /** `false`: what is shown says itself that asking again failed. */
  readonly saysOld?: boolean;
  readonly children: (data: Data) => ReactNode;
}

/** Loading, error, missing, or the data; old data stays on the screen with a note when asking again failed. */
export function QueryGate<Data>({ query, what, works, inline, missing, saysOld = true, children }: QueryGateProps<Data>) {
  const error = query.error;
  if (error instanceof ApiError && error.status === 404 && missing !== undefined) return missing;
  if (query.data === undefined) {
    if (!error) return <Loading what={`asking for ${what}`} />;
    const unreachable = error instanceof ApiError && error.status === 0;
    return (
      <ErrorState
        title={unreachable ? 'Eventyard does not answer' : `No answer for ${what}`}
        text={unreachable ? undefined : error.message}
        since={query.errorUpdatedAt || null}
        works={works}
        cure={error instanceof ApiError ? error.cure : null}
        onRetry={() => void query.refetch()}
        inline={inline}
      />
    );
  }
  return (
    <>
      {error && saysOld && (
        <Note tone="warn">
          <Lamp kind="warn" label="old" />
          <span className="grow">
            This is the picture of <Time at={query.dataUpdatedAt * 1000} />; asking again failed: {error.message}
          </span>
          <Button onClick={() => void query.refetch()}>Try now</Button>
        </Note>
      )}
      {children(query.data)}
    </>
  );
}
