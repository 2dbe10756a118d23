'use client';

import Link from 'next/link';
import type { DeadLetterDetail } from '@/lib/contract/dead-letters';
import { headersThatSaySo, replayWords, wayHere, type WayStep } from '@/lib/dead-letters/way-here';
import { replayHref, type DeadLettersUrl } from '@/lib/dead-letters/dead-letters-url';
import { BodyView } from '@/components/events/body-view';
import { FailureView } from '@/components/events/failure-view';
import { HeadersView } from '@/components/events/headers-view';
import { QueryGate } from '@/components/live/query-gate';
import { LinkButton } from '@/components/ui/button';
import { Icon, type IconName } from '@/components/ui/icon';
import { useKeys } from '@/components/ui/keys';
import { Lamp } from '@/components/ui/lamp';
import { Panel, PanelSection, PanelTabs } from '@/components/ui/panel';
import { Tabs } from '@/components/ui/segmented';
import { EmptyState, Note } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { LetterState } from './letter-state';
import { useLetter } from './use-dead-letters';
import styles from './dead-letters.module.css';

export interface LetterPanelProps {
  readonly id: string;
  readonly tab: DeadLettersUrl['tab'];
  readonly onTab: (tab: DeadLettersUrl['tab']) => void;
  readonly onClose: () => void;
  readonly link: (href: string) => string;
}

const tabs: readonly DeadLettersUrl['tab'][] = ['cause', 'headers', 'body'];

/** What a person calls a letter: its business key, else its message id, else where it lies. */
export function letterName({ event }: DeadLetterDetail['letter']): string {
  return event.businessKeys[0]?.value ?? event.key ?? event.messageId ?? event.id;
}

/** One letter: why it died, how it came here, and what happened since. */
export function LetterPanel({ id, tab, onTab, onClose, link }: LetterPanelProps) {
  const query = useLetter(id);
  const turn = (by: number): void => onTab(tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length] ?? 'cause');
  useKeys({ '[': () => turn(-1), ']': () => turn(1) });
  const detail = query.data;
  const event = detail?.letter.event;
  return (
    <Panel
      label="Selected dead letter"
      eyebrow={event ? `Dead letter, ${event.broker}` : 'Dead letter'}
      title={
        <>
          <Icon name="dead-letter-inbox" size={16} className="tone-bad" />
          <span className="mono truncate">{detail ? letterName(detail.letter) : 'Loading'}</span>
        </>
      }
      onClose={onClose}
      footer={
        detail && (
          <>
            <LinkButton href={link(replayHref(id))} look="solid">
              Replay this one
            </LinkButton>
            {event?.traceId && (
              <LinkButton href={link(`/traces/${encodeURIComponent(event.traceId)}?event=${encodeURIComponent(event.id)}`)}>
                Open trace
              </LinkButton>
            )}
          </>
        )
      }
    >
      <QueryGate
        query={query}
        what="the letter"
        inline
        missing={
          <EmptyState inline title="This letter is not kept">
            It was never seen, or it is older than the store keeps.
          </EmptyState>
        }
      >
        {(data) => (
          <>
            {data.letter.state === 'uncertain' && (
              <Note tone="warn">
                <Lamp kind="off" label="uncertain" />
                <span>
                  A replay of it was begun and its end is not on record. It may have been sent. Look for the event first; nothing sends it
                  again by itself.
                </span>
              </Note>
            )}
            <PanelTabs>
              <Tabs
                label="About this letter"
                value={tab}
                tabs={[
                  { value: 'cause', title: 'Cause' },
                  {
                    value: 'headers',
                    title: (
                      <>
                        Headers <span className="num">{data.detail.headers.length}</span>
                      </>
                    ),
                  },
                  { value: 'body', title: 'Body' },
                ]}
                onChange={onTab}
              />
            </PanelTabs>
            {tab === 'headers' && (
              <PanelSection>
                <HeadersView headers={data.detail.headers} />
              </PanelSection>
            )}
            {tab === 'body' && (
              <PanelSection>
                <BodyView body={data.detail.body} contentType={data.detail.contentType} contentEncoding={data.detail.contentEncoding} />
              </PanelSection>
            )}
            {tab === 'cause' && <Cause detail={data} link={link} />}
          </>
        )}
      </QueryGate>
    </Panel>
  );
}

const wayIcons: Record<WayStep['kind'], IconName> = {
  published: 'event',
  taken: 'queue',
  died: 'dead-letter-inbox',
  replayed: 'replay',
  'now-in': 'dead-letter-inbox',
};

function Cause({ detail, link }: { readonly detail: DeadLetterDetail; readonly link: (href: string) => string }) {
  const { letter, original, newer } = detail;
  const { event, failure } = letter;
  const saySo = headersThatSaySo(detail.detail.headers);
  const traceLink = (row: { readonly id: string; readonly traceId: string | null }): string | null =>
    row.traceId === null ? null : link(`/traces/${encodeURIComponent(row.traceId)}?event=${encodeURIComponent(row.id)}`);
  return (
    <>
      <PanelSection title="Cause">
        {failure ? <FailureView failure={failure} /> : <p className="quiet">No header says why it died.</p>}
        <p className={styles.stateLine}>
          <span className="mono">{event.type ?? 'type not said'}</span>, <LetterState letter={letter} />
        </p>
      </PanelSection>
      <PanelSection title="Its way here">
        <ol className={styles.way}>
          {wayHere(detail).map((step, index) => (
            <li key={index}>
              <Icon
                name={step.kind === 'taken' && event.system === 'kafka' ? 'group' : wayIcons[step.kind]}
                size={14}
                className={
                  step.kind === 'died' || step.kind === 'now-in'
                    ? 'tone-bad'
                    : step.kind === 'replayed'
                      ? undefined
                      : `tone-${event.system}`
                }
              />
              <span>{step.text}</span>
              {step.at !== null && (
                <span className="quiet">
                  <Time at={step.at} precision="millis" />
                </span>
              )}
            </li>
          ))}
        </ol>
        {original === null ? (
          <p className="quiet">The event it was before it died was not seen, or is not kept.</p>
        ) : (
          traceLink(original) !== null && (
            <p>
              <Link className={styles.link} href={traceLink(original) ?? ''} prefetch={false}>
                The event it was
              </Link>
            </p>
          )
        )}
      </PanelSection>
      {saySo.length > 0 && (
        <PanelSection title="Headers that say so">
          <HeadersView headers={saySo} label="Headers that say so" />
        </PanelSection>
      )}
      <PanelSection title="Same key since then">
        {event.businessKeys.length === 0 && event.key === null ? (
          <p className="quiet">It carries no business key, so later events of the same thing cannot be found.</p>
        ) : newer.length === 0 ? (
          <p>
            No newer event of <code>{letterName(letter)}</code> was seen.
          </p>
        ) : (
          <>
            <p className={styles.warned}>
              <Lamp kind="warn">
                {newer.length === 1 ? 'A newer event' : `${newer.length} newer events`} of the same key{' '}
                {newer.length === 1 ? 'was' : 'were'} seen: sending this one again may put old facts over new ones.
              </Lamp>
            </p>
            <ul className={styles.newer}>
              {newer.slice(0, 5).map((row) => (
                <li key={row.id}>
                  {traceLink(row) === null ? (
                    <span className="mono truncate">{row.type ?? 'type not said'}</span>
                  ) : (
                    <Link href={traceLink(row) ?? ''} prefetch={false} className={`${styles.link} mono truncate`}>
                      {row.type ?? 'type not said'}
                    </Link>
                  )}
                  <span className="quiet">
                    <Time at={row.publishedAt ?? row.observedAt} precision="millis" />
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
      </PanelSection>
      <PanelSection title={letter.replays.length === 0 ? 'Replays' : `Replays, ${letter.replays.length} so far`}>
        {letter.replays.length === 0 ? (
          <p className="quiet">Nobody has replayed it.</p>
        ) : (
          <ul className={styles.replays}>
            {letter.replays.map((replay) => (
              <li key={replay.replayId}>
                <Lamp
                  kind={
                    replay.outcome === null || replay.outcome === 'uncertain' ? 'off' : replay.outcome === 'not-sent' ? 'failed' : 'replay'
                  }
                  ink
                >
                  {replayWords(replay)}
                </Lamp>
                <span className="quiet">
                  <Time at={replay.outcomeAt ?? replay.intendedAt} />, “{replay.reason}”
                </span>
                {replay.replayedAs !== null && event.traceId !== null && (
                  <Link
                    className={styles.link}
                    href={link(`/traces/${encodeURIComponent(event.traceId)}?event=${encodeURIComponent(replay.replayedAs)}`)}
                    prefetch={false}
                  >
                    What it became
                  </Link>
                )}
              </li>
            ))}
          </ul>
        )}
      </PanelSection>
    </>
  );
}
