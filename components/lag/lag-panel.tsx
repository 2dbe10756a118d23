'use client';

import { useState } from 'react';
import type { LagDetail, LagRow, NamedSeries } from '@/lib/contract/samples';
import { groupOfInbox } from '@/lib/events/names';
import { formatCount, formatDuration, formatExact } from '@/lib/time/format';
import type { Place } from '@/components/events/use-place';
import { TimeChart } from '@/components/charts/time-chart';
import { QueryGate } from '@/components/live/query-gate';
import { keepView } from '@/components/live/url-state';
import { Button, LinkButton } from '@/components/ui/button';
import { CopyLinkButton } from '@/components/ui/copy-link';
import { useKeys } from '@/components/ui/keys';
import { LagLamp } from '@/components/ui/lamp';
import { Segmented } from '@/components/ui/segmented';
import { EmptyState } from '@/components/ui/states';
import { PlainTable } from '@/components/ui/table';
import { InboxTag } from '@/components/ui/tags';
import { behindWords, protocolTitles } from './lag-table';
import { useLagDetail } from './use-lag';
import styles from './lag.module.css';

export interface LagPanelProps {
  readonly place: Place;
  /** The row of the table with its newest sample, where the table has it. */
  readonly live: LagRow | null;
  readonly range: { readonly from: string; readonly to: string | null };
  readonly search: URLSearchParams;
  readonly onClose: () => void;
}

/** The selected group: how it came to its lag, which partitions hold it, who takes from them. */
export function LagPanel({ place, live, range, search, onClose }: LagPanelProps) {
  const query = useLagDetail(place, range);
  useKeys({ Escape: onClose });
  const { group, topic } = groupOfInbox(place.inbox);
  const row = live ?? query.data?.row ?? null;
  return (
    <section className={styles.detail} aria-label={`Group ${group}`}>
      <div className={styles.detailHead}>
        <h2>
          <InboxTag system="kafka" size={16}>
            {group}
          </InboxTag>
        </h2>
        <span className="muted nowrap">on {topic ?? 'unknown topic'}</span>
        {row && <LagLamp verdict={row.verdict} />}
        {row && (
          <span className={`${styles.because} truncate`} title={row.because}>
            {row.because}
          </span>
        )}
        <span className="grow" />
        {topic !== null && (
          <LinkButton href={keepView(search, `/?sel=${encodeURIComponent(`inbox:${place.broker}/${place.inbox}`)}`)}>On the map</LinkButton>
        )}
        <CopyLinkButton />
        <Button look="quiet" icon="close" aria-label="Close" title="Close (Esc)" onClick={onClose} />
      </div>
      <QueryGate
        query={query}
        what="the group"
        inline
        missing={
          <EmptyState inline title="No such group on this broker">
            It has no offset and no member on the topic now, or the broker has another name in the configuration.
          </EmptyState>
        }
      >
        {(detail) => <Body detail={detail} row={row ?? detail.row} />}
      </QueryGate>
    </section>
  );
}

interface LagChart {
  readonly title: string;
  readonly series: readonly NamedSeries[];
}

/** What was measured as counts, one chart each; what are rates, together. */
function chartsOf({ series }: LagDetail): LagChart[] {
  const rates = series.filter((one) => one.unit.endsWith('/s'));
  const counts = series
    .filter((one) => !one.unit.endsWith('/s'))
    .map((one): LagChart => ({ title: chartTitles[one.name] ?? one.name, series: [one] }));
  const [behind, ...others] = counts;
  return [...(behind ? [behind] : []), ...(rates.length > 0 ? [{ title: 'In and out', series: rates.toReversed() }] : []), ...others];
}

const chartTitles: Readonly<Record<string, string>> = { lag: 'Events behind', 'lag to the last stable offset': 'To last stable' };

function Body({ detail, row }: { readonly detail: LagDetail; readonly row: LagRow }) {
  const [shown, setShown] = useState<string | null>(null);
  const charts = chartsOf(detail);
  const chart = charts.find((one) => one.title === shown) ?? charts[0];
  return (
    <div className={styles.detailBody}>
      <div className={styles.chart} tabIndex={0} role="region" aria-label="Lag over time">
        <div className={styles.chartHead}>
          <dl className={styles.figures}>
            <Fact title="behind" value={behindWords(row)} />
            <Fact title="events" value={formatCount(row.point.lag)} />
            <Fact title="members" value={row.point.members === null ? 'unknown' : formatExact(row.point.members)} />
            <Fact title="protocol" value={protocolTitles[row.point.protocol]} />
            <Fact title="state" value={row.point.state || 'unknown'} />
            {row.point.lost > 0 && <Fact title="lost to retention unread" value={formatCount(row.point.lost)} />}
          </dl>
          {charts.length > 1 && (
            <Segmented
              label="Chart"
              value={chart?.title ?? ''}
              options={charts.map(({ title }) => ({ value: title, title }))}
              onChange={setShown}
            />
          )}
        </div>
        {chart && (
          <TimeChart
            label={`${chart.title}, ${row.point.group}`}
            series={chart.series}
            colours={['var(--kafka)', 'var(--ink-2)']}
            height={260}
            format={formatFor(chart.series[0]?.unit ?? '')}
          />
        )}
      </div>
      <div className={styles.parts} tabIndex={0} role="region" aria-label="Partitions and members">
        <Partitions row={row} />
        <Members detail={detail} />
      </div>
    </div>
  );
}

const Fact = ({ title, value }: { readonly title: string; readonly value: string }) => (
  <div>
    <dd className={value === 'unknown' ? 'quiet' : undefined}>{value}</dd>
    <dt>{title}</dt>
  </div>
);

export function formatFor(unit: string): (value: number) => string {
  if (unit === 'ms') return (value) => formatDuration(value);
  if (unit === 's') return (value) => formatDuration(value * 1000);
  if (unit === '/s' || unit === 'events/s') return (value) => `${value >= 10 ? formatCount(value) : Number(value.toFixed(2))}/s`;
  return (value) => (Math.abs(value) < 10 ? String(Number(value.toFixed(1))) : formatCount(value));
}

function Partitions({ row }: { readonly row: LagRow }) {
  const partitions = row.point.partitions.toSorted((a, b) => (b.lag ?? -1) - (a.lag ?? -1));
  const total = partitions.reduce((sum, one) => sum + (one.lag ?? 0), 0);
  const most = Math.max(1, ...partitions.map((one) => one.lag ?? 0));
  const worst = partitions[0];
  const share = worst?.lag && total > 0 ? worst.lag / total : 0;
  return (
    <>
      <h3>
        {partitions.length === 1 ? '1 partition' : `${partitions.length} partitions`}
        {partitions.length > 1 && share > 0.5 && <span className="quiet">, one holds {Math.round(share * 100)} % of the lag</span>}
      </h3>
      {partitions.length === 0 ? (
        <p className="quiet">No partition was sampled.</p>
      ) : (
        <PlainTable
          label="Partitions, most behind first"
          rows={partitions}
          rowKey={(one) => String(one.partition)}
          columns={[
            { id: 'p', title: 'P', width: 46, cell: (one) => one.partition },
            {
              id: 'bar',
              title: 'Behind',
              cell: (one) => (
                <span className={styles.meter} aria-hidden="true">
                  <i style={{ width: `${((one.lag ?? 0) / most) * 100}%` }} />
                </span>
              ),
            },
            {
              id: 'lag',
              title: 'Events',
              width: 66,
              align: 'end',
              cell: (one) => (one.lag === null ? <span className="quiet">unknown</span> : formatCount(one.lag)),
            },
            {
              id: 'committed',
              title: 'Committed',
              width: 136,
              align: 'end',
              cell: (one) => (one.committed === null ? <span className="quiet">none</span> : formatExact(one.committed)),
            },
            {
              id: 'end',
              title: 'End',
              width: 144,
              align: 'end',
              wideOnly: true,
              cell: (one) => (one.end === null ? <span className="quiet">unknown</span> : formatExact(one.end)),
            },
          ]}
        />
      )}
    </>
  );
}

function Members({ detail }: { readonly detail: LagDetail }) {
  return (
    <>
      <h3>{detail.members.length === 1 ? '1 member' : `${detail.members.length} members`}</h3>
      {detail.members.length === 0 ? (
        <p className="quiet">
          {detail.row.point.members === null ? 'Not known: the right to describe the group may be missing.' : 'Nobody is connected.'}
        </p>
      ) : (
        <PlainTable
          label="Members"
          rows={detail.members}
          rowKey={(member) => member.id}
          columns={[
            {
              id: 'service',
              title: 'Service',
              cell: (member) => <span title={member.id}>{member.service ?? <span className="quiet">unknown</span>}</span>,
            },
            { id: 'host', title: 'Host', width: 120, cell: (member) => <span className="muted">{member.host ?? 'unknown'}</span> },
            {
              id: 'partitions',
              title: 'Partitions',
              width: 120,
              align: 'end',
              cell: (member) =>
                member.partitions.length === 0 ? (
                  <span className="quiet">none</span>
                ) : (
                  <span title={member.partitions.join(', ')}>{listWords(member.partitions)}</span>
                ),
            },
          ]}
        />
      )}
    </>
  );
}

const listWords = (partitions: readonly number[]): string =>
  partitions.length <= 6 ? partitions.join(', ') : `${partitions.slice(0, 4).join(', ')} … ${partitions.length}`;
