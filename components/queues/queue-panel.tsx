'use client';

import type { QueueDetail, QueueRow } from '@/lib/contract/samples';
import { formatCount, formatDuration, formatRate } from '@/lib/time/format';
import { TimeChart } from '@/components/charts/time-chart';
import type { Place } from '@/components/events/use-place';
import { formatFor } from '@/components/lag/lag-panel';
import { QueryGate } from '@/components/live/query-gate';
import { keepView } from '@/components/live/url-state';
import { LinkButton } from '@/components/ui/button';
import { Figure, Figures } from '@/components/ui/figure';
import { Icon } from '@/components/ui/icon';
import { Panel, PanelSection } from '@/components/ui/panel';
import { EmptyState } from '@/components/ui/states';
import { Age } from '@/components/ui/time';
import { useQueueDetail } from './use-queues';
import styles from './queues.module.css';

export interface QueuePanelProps {
  readonly place: Place;
  readonly live: QueueRow | null;
  readonly range: { readonly from: string; readonly to: string | null };
  readonly search: URLSearchParams;
  readonly onClose: () => void;
}

/** The selected queue: how full, why, what is bound to it, who takes from it, where its dead letters go. */
export function QueuePanel({ place, live, range, search, onClose }: QueuePanelProps) {
  const query = useQueueDetail(place, range);
  const row = live ?? query.data?.row ?? null;
  return (
    <Panel
      label={`Queue ${place.inbox}`}
      eyebrow={row ? `${row.deadLetter ? 'Dead-letter queue' : `${capital(row.kind)} queue`}, ${place.broker}` : place.broker}
      title={
        <>
          <Icon
            name={row?.deadLetter ? 'dead-letter-inbox' : 'queue'}
            size={16}
            className={row?.deadLetter ? 'tone-bad' : 'tone-rabbitmq'}
          />
          {place.inbox}
        </>
      }
      onClose={onClose}
      footer={
        <>
          <LinkButton href={keepView(search, `/?sel=${encodeURIComponent(`inbox:${place.broker}/${place.inbox}`)}`)} look="solid">
            On the map
          </LinkButton>
          <LinkButton href={keepView(search, '/dead-letters')}>Dead letters</LinkButton>
        </>
      }
    >
      <QueryGate
        query={query}
        what="the queue"
        inline
        missing={
          <EmptyState inline title="No such queue now">
            It was deleted, or it expired, or it is not in this vhost.
          </EmptyState>
        }
      >
        {(detail) => <Body detail={detail} row={row ?? detail.row} search={search} />}
      </QueryGate>
    </Panel>
  );
}

function Body({ detail, row, search }: { readonly detail: QueueDetail; readonly row: QueueRow; readonly search: URLSearchParams }) {
  const { point } = row;
  const depth = detail.series.filter((one) => one.unit === 'messages');
  const rates = detail.series.filter((one) => one.unit === '/s' && (one.name === 'published' || one.name === 'acknowledged'));
  return (
    <>
      <PanelSection>
        <Figures>
          <Figure
            value={formatCount(point.ready)}
            what="ready"
            tone={row.verdict === 'stalled' || (row.deadLetter && (point.ready ?? 0) > 0) ? 'bad' : undefined}
          />
          <Figure value={formatCount(point.unacked)} what="taken, not acked" />
          {!row.deadLetter && (
            <Figure
              value={point.ready === 0 ? '0 s' : row.waitMs === null ? null : formatDuration(row.waitMs)}
              what="wait, about"
              title="Ready ÷ acknowledged per second: an estimate"
            />
          )}
        </Figures>
      </PanelSection>
      <PanelSection title="Depth over time">
        <TimeChart
          label={`Depth of ${point.inbox}`}
          series={depth}
          colours={[row.deadLetter ? 'var(--bad)' : 'var(--rabbit)', 'var(--ink-2)']}
          height={150}
          format={formatFor('')}
        />
      </PanelSection>
      <PanelSection title={row.deadLetter ? 'What lies here' : 'Why'}>
        <p>{row.because}</p>
        <p className={styles.rates}>
          In {formatRate(point.publishRate)}, delivered {formatRate(point.deliverRate)}, acknowledged {formatRate(point.ackRate)}, again{' '}
          {formatRate(point.redeliverRate)}.
        </p>
        <p className="quiet">
          Read by{' '}
          {
            {
              'passive-declare': 'passive declare',
              management: 'the management API',
              prometheus: 'the Prometheus plugin',
              engine: 'the broker in process',
            }[point.by]
          }
          , <Age at={point.at} />.
        </p>
      </PanelSection>
      {rates.length > 0 && (
        <PanelSection title="Rates over time">
          <TimeChart
            label={`Rates of ${point.inbox}`}
            series={rates}
            colours={['var(--rabbit)', 'var(--ink-1)']}
            height={120}
            format={formatFor('/s')}
          />
        </PanelSection>
      )}
      <PanelSection title="Bound to">
        <ul className={styles.list}>
          {detail.bindings.map((binding) => (
            <li key={`${binding.from} ${binding.routingKey}`}>
              <Icon name="exchange-topic" size={14} className="tone-rabbitmq" />
              <span className="truncate">
                {binding.from === '' ? 'default exchange' : binding.from}
                {binding.routingKey === '' ? (
                  <span className="quiet"> without a key</span>
                ) : (
                  <>
                    {' '}
                    , key <code>{binding.routingKey}</code>
                  </>
                )}
              </span>
            </li>
          ))}
          {detail.bindings.length === 0 && <li className="quiet">Only the default exchange, by its name. Such bodies cannot be tapped.</li>}
          <li>
            <Icon name="dead-letter-inbox" size={14} className="tone-bad" />
            {detail.deadLetterTo === null ? (
              <span className="quiet">no dead-lettering: what is rejected or expires is lost</span>
            ) : (
              <span className="truncate">rejects go to {detail.deadLetterTo === '' ? 'the default exchange' : detail.deadLetterTo}</span>
            )}
          </li>
        </ul>
      </PanelSection>
      <PanelSection title={detail.consumers.length === 1 ? '1 consumer' : `${detail.consumers.length} consumers`}>
        <ul className={styles.list}>
          {detail.consumers.map((consumer, index) => (
            <li key={index} title={consumer.rawName}>
              <Icon name="service" size={14} className="muted" />
              <span className="truncate">
                {consumer.service ?? consumer.rawName}
                {consumer.host && <span className="quiet"> on {consumer.host}</span>}
              </span>
              <span className="quiet num">
                {consumer.prefetch === null ? '' : consumer.prefetch === 0 ? 'no prefetch limit' : `prefetch ${consumer.prefetch}`}
              </span>
            </li>
          ))}
          {detail.consumers.length === 0 && (
            <li className="quiet">
              {point.consumers === null
                ? 'Unknown: the management API does not say.'
                : point.consumers > 0
                  ? `${point.consumers} connected, their names are not known yet.`
                  : row.deadLetter
                    ? 'Nobody takes from it, as usual for dead letters.'
                    : 'Nobody takes from it.'}
            </li>
          )}
        </ul>
        {row.deadLetter && <LinkButton href={keepView(search, '/dead-letters')}>Read its letters</LinkButton>}
      </PanelSection>
    </>
  );
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
