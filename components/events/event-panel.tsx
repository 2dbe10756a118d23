'use client';

import type { ReactNode } from 'react';
import type { EventConsumption } from '@/lib/contract/trace-story';
import type { EventDetail } from '@/lib/contract/traces';
import type { InboxName } from '@/lib/events/names';
import { isImported } from '@/lib/events/imported';
import { QueryGate } from '@/components/live/query-gate';
import { LinkButton } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { useKeys } from '@/components/ui/keys';
import { Panel, PanelTabs } from '@/components/ui/panel';
import { Tabs } from '@/components/ui/segmented';
import { EmptyState } from '@/components/ui/states';
import { EventFacts, eventTabs, type EventTab } from './event-facts';
import { inboxHref } from './inbox-list';
import { useEvent } from './use-event';

export interface EventPanelProps {
  readonly id: string;
  readonly tab: EventTab;
  readonly onTab: (tab: EventTab) => void;
  readonly onClose: () => void;
  /** Keeps range and brokers in links out of the panel. */
  readonly hrefOf: (href: string) => string;
  /** More than the usual ways out. */
  readonly actions?: (detail: EventDetail) => ReactNode;
  readonly about?: ReactNode;
  readonly consumptionOf?: (inbox: InboxName) => EventConsumption | null;
}

/** The selected event. `[` and `]` go through its tabs, Esc closes it. */
export function EventPanel({ id, tab, onTab, onClose, hrefOf, actions, about, consumptionOf }: EventPanelProps) {
  const query = useEvent(id);
  const { data: detail, isPending: isLoading } = query;
  const turn = (by: number): void => onTab(eventTabs[(eventTabs.indexOf(tab) + by + eventTabs.length) % eventTabs.length] ?? 'summary');
  useKeys({ '[': () => turn(-1), ']': () => turn(1) });
  return (
    <Panel
      label="Selected event"
      eyebrow={detail ? eyebrowOf(detail) : 'Event'}
      title={
        detail ? (
          <>
            <Icon
              name={detail.row.deadLetter ? 'dead-letter-inbox' : detail.row.system}
              size={16}
              className={detail.row.deadLetter ? 'tone-bad' : `tone-${detail.row.system}`}
            />
            <span className="mono">{detail.row.type ?? 'type not said'}</span>
          </>
        ) : isLoading ? (
          'Loading'
        ) : (
          'Not kept'
        )
      }
      onClose={onClose}
      footer={
        detail && (
          <>
            {actions?.(detail)}
            <Ways detail={detail} hrefOf={hrefOf} />
          </>
        )
      }
    >
      <QueryGate
        query={query}
        what="the event"
        inline
        missing={
          <EmptyState inline title="This event is not kept">
            {isImported(id)
              ? 'The file holds its row, and not its headers and body.'
              : 'It was never seen, or it is older than the store keeps.'}
          </EmptyState>
        }
      >
        {(data) => (
          <>
            <PanelTabs>
              <Tabs
                label="About this event"
                value={tab}
                tabs={[
                  { value: 'summary', title: 'Summary' },
                  {
                    value: 'headers',
                    title: (
                      <>
                        Headers <span className="num">{data.headers.length}</span>
                      </>
                    ),
                  },
                  { value: 'body', title: 'Body' },
                  { value: 'diff', title: 'Diff' },
                  { value: 'why', title: 'Why' },
                ]}
                onChange={onTab}
              />
            </PanelTabs>
            <EventFacts detail={data} tab={tab} about={about} {...(consumptionOf && { consumptionOf })} />
          </>
        )}
      </QueryGate>
    </Panel>
  );
}

function eyebrowOf({ row }: EventDetail): string {
  const what = row.deadLetter ? 'Dead letter' : row.replayId !== null ? 'Replayed event' : 'Event';
  const attempt = (row.attempt ?? 1) > 1 ? `, attempt ${row.attempt}` : '';
  return `${what}${attempt}, ${row.channel === '' ? 'default exchange' : row.channel} on ${row.broker}`;
}

function Ways({ detail, hrefOf }: { readonly detail: EventDetail; readonly hrefOf: (href: string) => string }) {
  const { row } = detail;
  const letter = row.deadLetter ? row.id : (row.replayOf ?? detail.deadLetters[0] ?? null);
  const inbox = detail.inboxes[0]?.inbox ?? row.inboxes[0]?.inbox;
  return (
    <>
      {letter !== null && (
        <LinkButton href={hrefOf(`/dead-letters?letter=${encodeURIComponent(letter)}`)} look="solid">
          Open dead letter
        </LinkButton>
      )}
      {detail.sagaId !== null && (
        <LinkButton href={hrefOf(`/sagas?key=${encodeURIComponent(detail.sagaId)}`)}>Sagas with its id</LinkButton>
      )}
      {inbox !== undefined && (
        <LinkButton href={inboxHref(row.system, row.broker, inbox)}>{row.system === 'kafka' ? 'Lag of its group' : 'Its queue'}</LinkButton>
      )}
    </>
  );
}
