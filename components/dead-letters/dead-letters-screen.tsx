'use client';

import { useState } from 'react';
import { readDeadLettersUrl, writeDeadLettersUrl } from '@/lib/dead-letters/dead-letters-url';
import { formatExact } from '@/lib/time/format';
import { writeRange } from '@/lib/time/range';
import { keepView, useUrlBrokers, useUrlRange, useUrlState } from '@/components/live/url-state';
import { QueryGate } from '@/components/live/query-gate';
import { Button, LinkButton } from '@/components/ui/button';
import { NewPill } from '@/components/ui/chip';
import { Lamp } from '@/components/ui/lamp';
import { Page, PageBody, PageColumn, Strip } from '@/components/ui/page';
import { CutNotice, EmptyState, Note } from '@/components/ui/states';
import { CausesTable, type LetterCursor } from './causes-table';
import { LetterPanel } from './letter-panel';
import { useDeadLetters } from './use-dead-letters';

/** What failed for good, is it safe to resend? Causes with their counts; a cause opens in place, a letter opens beside. */
export function DeadLettersScreen() {
  const url = useUrlState();
  const [range, setRange] = useUrlRange();
  const [brokers] = useUrlBrokers();
  const { group, letter, tab } = readDeadLettersUrl(url.params);
  const [cursor, setCursor] = useState<LetterCursor | null>(null);
  const written = writeRange(range);
  const question = { from: written.from, to: written.to ?? null, brokers: brokers?.join(',') ?? null };
  const { query, added, showNew } = useDeadLetters(question);
  const change = (next: Parameters<typeof writeDeadLettersUrl>[1], way: 'push' | 'replace' = 'push'): void =>
    url[way](writeDeadLettersUrl(url.params, next));
  const link = (href: string): string => keepView(url.params, href);
  return (
    <Page
      title="Dead letters"
      answer="What failed for good, why, and what is safe to send again."
      tools={<NewPill count={added} word={added === 1 ? 'new letter' : 'new letters'} onShow={showNew} />}
    >
      <QueryGate query={query} what="the dead letters" works="Dead letters stay where they are.">
        {(view) => (
          <PageBody>
            <PageColumn>
              {view.groups.length > 0 && (
                <Strip>
                  <Lamp kind="bad">
                    <b className="num">{formatExact(view.total)}</b> {view.total === 1 ? 'letter' : 'letters'} of{' '}
                    {view.groups.length === 1 ? 'one cause' : `${formatExact(view.groups.length)} causes`}
                  </Lamp>
                  <span className="grow" />
                  <span className="muted wide-only">Most letters first</span>
                </Strip>
              )}
              {view.groups.length === 0 ? (
                <EmptyState
                  title="No dead letters in this time"
                  actions={
                    <Button onClick={() => setRange({ from: { kind: 'ago', ms: 7 * 86_400_000 }, to: { kind: 'ago', ms: 0 } })}>
                      Last 7 days
                    </Button>
                  }
                >
                  <p>
                    Watched are dead-letter exchanges and queues by their wiring, and topics by their names and headers. Letters of a queue
                    that dead-letters through the default exchange cannot be read, only counted.
                  </p>
                </EmptyState>
              ) : (
                <CausesTable
                  groups={view.groups}
                  question={question}
                  open={group}
                  selected={letter}
                  cursor={cursor}
                  onCursor={setCursor}
                  onOpen={(next) => change({ group: next })}
                  onSelect={(next) => change({ letter: next }, letter !== null && next !== null ? 'replace' : 'push')}
                />
              )}
              {view.countedOnly.map((counted) => (
                <Note key={`${counted.broker} ${counted.inbox}`}>
                  <Lamp kind="off" label="counted only" />
                  <span>
                    <b>{counted.inbox}</b> holds{' '}
                    {counted.ready === null
                      ? 'an unknown number of letters'
                      : counted.ready === 1
                        ? '1 letter'
                        : `${formatExact(counted.ready)} letters`}{' '}
                    that came through the default exchange: they can be counted, not read.
                  </span>
                  <LinkButton href={link(`/queues/${encodeURIComponent(counted.broker)}/${encodeURIComponent(counted.inbox)}`)}>
                    Its queue
                  </LinkButton>
                </Note>
              ))}
              <CutNotice cut={view.cut} order="Most letters first" />
            </PageColumn>
            {letter !== null && (
              <LetterPanel
                key={letter}
                id={letter}
                tab={tab}
                onTab={(next) => change({ tab: next }, 'replace')}
                onClose={() => change({ letter: null })}
                link={link}
              />
            )}
          </PageBody>
        )}
      </QueryGate>
    </Page>
  );
}
