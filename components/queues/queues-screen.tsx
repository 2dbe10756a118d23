'use client';

import { useMemo } from 'react';
import type { QueueRow } from '@/lib/contract/samples';
import { byWorstQueue } from '@/lib/queues/worst-first';
import { formatExact } from '@/lib/time/format';
import { writeRange } from '@/lib/time/range';
import { usePlace } from '@/components/events/use-place';
import { useSteadyOrder } from '@/components/events/use-steady-order';
import { NewOrder } from '@/components/events/new-order';
import { QueryGate } from '@/components/live/query-gate';
import { useUrlBrokers, useUrlRange, useUrlState, useUrlText } from '@/components/live/url-state';
import { Button, LinkButton } from '@/components/ui/button';
import { FilterField } from '@/components/ui/filter-field';
import { Lamp } from '@/components/ui/lamp';
import { Page, PageBody, PageColumn } from '@/components/ui/page';
import { Segmented } from '@/components/ui/segmented';
import { EmptyState, Note } from '@/components/ui/states';
import { QueuePanel } from './queue-panel';
import { QueuesTable } from './queues-table';
import { queueKey, useQueues } from './use-queues';
import styles from './queues.module.css';

const byName = (a: QueueRow, b: QueueRow): number => a.point.inbox.localeCompare(b.point.inbox);
const keyOfRow = (row: QueueRow): string => queueKey(row.point);

/** How much waits, who takes it? All queues, worst first; the selected one with why it fills and how it is wired. */
export function QueuesScreen() {
  const url = useUrlState();
  const [range] = useUrlRange();
  const [brokers] = useUrlBrokers();
  const [order, setOrder] = useUrlText('order');
  const [filter, setFilter] = useUrlText('q', 'replace');
  const [place, select] = usePlace('/queues');
  const written = writeRange(range);
  const asked = { from: written.from, to: written.to ?? null };
  const { query, rows } = useQueues({ ...asked, brokers: brokers?.join(',') ?? null });
  const wanted = useMemo(
    () => (filter === null ? rows : rows.filter(({ point }) => point.inbox.toLowerCase().includes(filter.toLowerCase()))),
    [rows, filter],
  );
  const sorted = useMemo(() => wanted.toSorted(order === 'name' ? byName : byWorstQueue), [wanted, order]);
  const steady = useSteadyOrder(sorted, keyOfRow, `${order ?? ''} ${filter ?? ''}`);
  const unknown = rows.filter(({ point }) => point.publishRate === null && point.ackRate === null).length;
  const stuck = rows.filter(
    ({ verdict, deadLetter, point }) =>
      !deadLetter && (verdict === 'stalled' || verdict === 'filling' || (verdict === 'no-consumers' && (point.ready ?? 0) > 0)),
  ).length;
  return (
    <Page
      title="Queues"
      answer="How many messages wait in RabbitMQ, and who takes them."
      tools={
        <>
          <NewOrder moved={steady.moved} onSort={steady.sortAgain} />
          <FilterField label="Queue" value={filter ?? ''} onChange={setFilter} className={styles.filter} />
          <Segmented
            label="Order"
            value={order === 'name' ? 'name' : 'worst'}
            options={[
              { value: 'worst', title: 'Worst first' },
              { value: 'name', title: 'By name' },
            ]}
            onChange={(value) => setOrder(value === 'name' ? 'name' : null)}
          />
        </>
      }
    >
      <QueryGate query={query} what="the queues" works="Queues and consumers are not touched by this.">
        {() =>
          rows.length === 0 ? (
            <NoQueues />
          ) : (
            <PageBody>
              <PageColumn>
                {steady.rows.length === 0 ? (
                  <EmptyState
                    title={`No queue matches “${filter ?? ''}”`}
                    actions={<Button onClick={() => setFilter(null)}>Clear the filter</Button>}
                  />
                ) : (
                  <QueuesTable
                    narrow={place !== null}
                    rows={steady.rows}
                    selected={place === null ? null : queueKey(place)}
                    onSelect={(row) => select(row === null ? null : { broker: row.point.broker, inbox: row.point.inbox })}
                  />
                )}
                {unknown > 0 && (
                  <Note>
                    <Lamp kind="off" label="unknown" />
                    <span>
                      Rates of {formatExact(unknown)} {unknown === 1 ? 'queue are' : 'queues are'} unknown: nothing was measured twice yet,
                      or statistics are off on the broker (<code>management_agent.disable_metrics_collector</code>).
                    </span>
                  </Note>
                )}
                <Note>
                  {stuck > 0 ? (
                    <Lamp kind="warn">
                      {stuck === 1 ? '1 queue fills or stands still' : `${formatExact(stuck)} queues fill or stand still`}
                    </Lamp>
                  ) : (
                    <Lamp kind="ok">no queue fills</Lamp>
                  )}
                  <span className="quiet">
                    Ready and consumers of the queues on the screen are read every second; rates about every 10 s, as the management API has
                    them.
                  </span>
                </Note>
              </PageColumn>
              {place !== null && (
                <QueuePanel
                  key={queueKey(place)}
                  place={place}
                  live={rows.find((row) => keyOfRow(row) === queueKey(place)) ?? null}
                  range={asked}
                  search={url.params}
                  onClose={() => select(null)}
                />
              )}
            </PageBody>
          )
        }
      </QueryGate>
    </Page>
  );
}

function NoQueues() {
  return (
    <EmptyState title="No queue was sampled yet" actions={<LinkButton href="/settings">Open settings</LinkButton>}>
      <p>
        Depth is measured for every queue of the vhosts in the configuration. It appears here within about 10 s; Settings say whether the
        management API answers and which right is missing.
      </p>
    </EmptyState>
  );
}
