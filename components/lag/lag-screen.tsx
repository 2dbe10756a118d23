'use client';

import { useMemo } from 'react';
import type { LagRow } from '@/lib/contract/samples';
import { byWorstLag } from '@/lib/lag/worst-first';
import { formatExact } from '@/lib/time/format';
import { writeRange } from '@/lib/time/range';
import { NewOrder } from '@/components/events/new-order';
import { useSteadyOrder } from '@/components/events/use-steady-order';
import { usePlace } from '@/components/events/use-place';
import { QueryGate } from '@/components/live/query-gate';
import { useUrlBrokers, useUrlRange, useUrlState, useUrlText } from '@/components/live/url-state';
import { Button, LinkButton } from '@/components/ui/button';
import { FilterField } from '@/components/ui/filter-field';
import { Lamp } from '@/components/ui/lamp';
import { Page } from '@/components/ui/page';
import { Segmented } from '@/components/ui/segmented';
import { EmptyState } from '@/components/ui/states';
import { LagPanel } from './lag-panel';
import { LagTable } from './lag-table';
import { lagKey, useLag } from './use-lag';
import styles from './lag.module.css';

const byTopic = (a: LagRow, b: LagRow): number => a.point.topic.localeCompare(b.point.topic) || byWorstLag(a, b);

/** Who is behind, will it catch up? All groups, worst first; the selected one with its chart, partitions and members. */
export function LagScreen() {
  const url = useUrlState();
  const [range] = useUrlRange();
  const [brokers] = useUrlBrokers();
  const [order, setOrder] = useUrlText('order');
  const [filter, setFilter] = useUrlText('q', 'replace');
  const [place, select] = usePlace('/lag');
  const written = writeRange(range);
  const asked = { from: written.from, to: written.to ?? null };
  const { query, rows } = useLag({ ...asked, brokers: brokers?.join(',') ?? null });
  const wanted = useMemo(
    () =>
      filter === null ? rows : rows.filter(({ point }) => `${point.group} ${point.topic}`.toLowerCase().includes(filter.toLowerCase())),
    [rows, filter],
  );
  const sorted = useMemo(() => wanted.toSorted(order === 'topic' ? byTopic : byWorstLag), [wanted, order]);
  const steady = useSteadyOrder(sorted, keyOfRow, `${order ?? ''} ${filter ?? ''}`);
  const behind = rows.filter(
    ({ verdict, point }) =>
      ['falling-behind', 'stalled', 'stopped'].includes(verdict) || (verdict === 'no-members' && (point.lag ?? 0) > 0),
  ).length;
  return (
    <Page
      title="Lag"
      answer="Which consumer group is behind, by how much, and whether it will catch up."
      tools={
        <>
          <NewOrder moved={steady.moved} onSort={steady.sortAgain} />
          <FilterField label="Group or topic" value={filter ?? ''} onChange={setFilter} className={styles.filter} />
          <Segmented
            label="Order"
            value={order === 'topic' ? 'topic' : 'worst'}
            options={[
              { value: 'worst', title: 'Worst first' },
              { value: 'topic', title: 'By topic' },
            ]}
            onChange={(value) => setOrder(value === 'topic' ? 'topic' : null)}
          />
        </>
      }
    >
      <QueryGate query={query} what="the lag" works="Consumers are not touched by this.">
        {() =>
          rows.length === 0 ? (
            <NoGroups />
          ) : (
            <div className={styles.split} data-open={place !== null || undefined}>
              <div className={styles.top}>
                {steady.rows.length === 0 ? (
                  <EmptyState
                    title={`No group or topic matches “${filter ?? ''}”`}
                    actions={<Button onClick={() => setFilter(null)}>Clear the filter</Button>}
                  />
                ) : (
                  <LagTable
                    rows={steady.rows}
                    selected={place === null ? null : lagKey(place)}
                    onSelect={(row) => select(row === null ? null : { broker: row.point.broker, inbox: row.point.inbox })}
                  />
                )}
              </div>
              {place !== null && (
                <LagPanel
                  key={lagKey(place)}
                  place={place}
                  live={rows.find((row) => keyOfRow(row) === lagKey(place)) ?? null}
                  range={asked}
                  search={url.params}
                  onClose={() => select(null)}
                />
              )}
            </div>
          )
        }
      </QueryGate>
      {query.data && rows.length > 0 && (
        <div className={styles.foot}>
          {behind > 0 ? (
            <Lamp kind="warn">{behind === 1 ? '1 group needs a look' : `${formatExact(behind)} groups need a look`}</Lamp>
          ) : (
            <Lamp kind="ok">no group needs a look</Lamp>
          )}
          <span className="quiet">
            {rows.length === 1 ? '1 group on a topic' : `${formatExact(rows.length)} groups on topics`}; those on the screen are sampled
            every second, the others every few seconds.
          </span>
        </div>
      )}
    </Page>
  );
}

const keyOfRow = (row: LagRow): string => lagKey(row.point);

function NoGroups() {
  return (
    <EmptyState title="No consumer group was sampled yet" actions={<LinkButton href="/settings">Open settings</LinkButton>}>
      <p>
        Lag is measured for every Kafka group that has an offset or a member on a topic in view. It appears here within seconds after a
        group first reads; Settings say whether the broker answers and whether the right to describe groups is missing.
      </p>
    </EmptyState>
  );
}
