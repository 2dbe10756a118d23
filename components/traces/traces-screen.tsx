'use client';

import { useEffect, useMemo, useState } from 'react';
import { useRouter } from 'next/navigation';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { KnownNames } from '@/lib/search/complete';
import type { Facet } from '@/lib/contract/traces';
import { pastedWord } from '@/lib/search/write-query';
import { endsNow, resolveRange, writeRange } from '@/lib/time/range';
import { formatExact } from '@/lib/time/format';
import type { TracesOrder } from '@/lib/traces/traces-order';
import { readTracesUrl, writeTracesUrl } from '@/lib/traces/traces-url';
import { EventBars } from '@/components/charts/event-bars';
import { NewOrder } from '@/components/events/new-order';
import { wiringQuery } from '@/components/live/api';
import { keepView, useUrlBrokers, useUrlRange, useUrlState } from '@/components/live/url-state';
import { QueryGate } from '@/components/live/query-gate';
import { Button, LinkButton } from '@/components/ui/button';
import { Chip, NewPill } from '@/components/ui/chip';

import { Lamp } from '@/components/ui/lamp';
import { Page, PageBody, PageColumn, Strip } from '@/components/ui/page';
import { CutNotice, Note } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { NothingFound } from './nothing-found';
import { SavedSearches } from './saved-searches';
import { SearchCut } from './search-cut';
import { SearchFacets } from './search-facets';
import { SearchLine } from './search-line';
import { ColumnChoice, TracesTable, useChosenColumns } from './traces-table';
import { useReading } from './use-reading';
import { useFacets, useTraces } from './use-traces';
import styles from './traces.module.css';

const ORDERS: Readonly<Record<TracesOrder['by'], readonly [down: string, up: string]>> = {
  started: ['latest start first', 'earliest start first'],
  duration: ['longest first', 'shortest first'],
  events: ['most events first', 'fewest events first'],
  errors: ['most dead letters first', 'fewest dead letters first'],
};

const wordOf = (order: TracesOrder | null): string => (order === null ? 'latest event first' : ORDERS[order.by][order.down ? 0 : 1]);

/** Which transaction? A line that finds it by any id or condition, the volume with what failed in it, and the traces that fit. */
export function TracesScreen() {
  const router = useRouter();
  const url = useUrlState();
  const [range, setRange] = useUrlRange();
  const [brokers] = useUrlBrokers();
  const [columns, setColumns] = useChosenColumns();
  const { q, sel, order, follow } = readTracesUrl(url.params);
  const written = writeRange(range);
  const pasted = q !== null && pastedWord(q) !== null;
  const live = endsNow(range) && !pasted;
  const question = { q, from: written.from, to: written.to ?? null, brokers: brokers?.join(',') ?? null, order, live };
  const following = follow && live && order === null;
  const { reading, toTop, props: read } = useReading();
  const [top, setTop] = useState<string | null>(null);
  const list = useTraces(question, { following, top });
  const first = list.traces[0]?.traceId ?? null;
  const isRead = reading || sel !== null;
  useEffect(() => {
    setTop(isRead ? first : null);
    // The row that is the first when somebody begins to read stays it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isRead]);
  const facets = useFacets(question);
  const known = useKnownNames(facets.data ?? []);
  const { traces } = list;
  const setOrder = (next: TracesOrder | null): void => url.push(writeTracesUrl(url.params, { order: next, sel: null, follow: false }));
  const setFollowing = (on: boolean): void => {
    list.follow(on);
    url.replace(writeTracesUrl(url.params, { follow: on }));
  };
  /** What waited comes on top, and one is there to see it. */
  const showNew = (): void => {
    toTop();
    setTop(null);
    if (sel !== null) url.replace(writeTracesUrl(url.params, { sel: null }));
    if (!following) list.showNew();
  };
  // What the budget ended, in contrast to a list that is only long.
  const beyondBudget = list.cut !== null && list.cut.why !== 'row-limit' ? list.searched : null;
  const cutShort = beyondBudget !== null && (
    <SearchCut
      searched={beyondBudget}
      ordered={order !== null}
      onBefore={() => {
        const { from } = resolveRange(range, Date.now() * 1000);
        setRange({ from: { kind: 'at', at: Math.min(from, beyondBudget.from - 1) }, to: { kind: 'at', at: beyondBudget.from } });
      }}
    />
  );
  const search = (next: string | null): void => url.push(writeTracesUrl(url.params, { q: next, sel: null }));

  return (
    <Page
      title="Traces"
      answer="Find one transaction by any id, condition or time."
      tools={
        <>
          <SavedSearches q={q} onSearch={search} />
          <LinkButton href={keepView(url.params, '/traces/imported')}>Open a file</LinkButton>
        </>
      }
    >
      <SearchLine key={q ?? ''} q={q} known={known} onSearch={search} />
      <PageBody>
        <SearchFacets facets={facets.data ?? []} q={pasted ? '' : (q ?? '')} known={known} onSearch={search} />
        <PageColumn>
          <div className={styles.volume}>
            <EventBars
              label={q === null || pasted ? 'Events over time' : 'Found events over time'}
              steps={list.histogram}
              searchedFrom={beyondBudget?.from}
              onBrush={(from, to) => setRange({ from: { kind: 'at', at: from }, to: { kind: 'at', at: to } })}
            />
          </div>
          <QueryGate query={list.query} what="the traces" works="Taps go on storing events.">
            {() => (
              <>
                <Strip label="What the list shows">
                  <b className="num">
                    {formatExact(traces.length)} {traces.length === 1 ? 'trace' : 'traces'}
                  </b>
                  {traces.length > 0 && <span className="muted">{list.query.isPlaceholderData ? 'asking the store' : wordOf(order)}</span>}
                  <FailedCount traces={traces} />
                  {list.foundBy && (
                    <Chip look="line" title={list.foundBy.value}>
                      found in {list.foundBy.field}, at any time
                    </Chip>
                  )}
                  <span className="grow" />
                  <NewOrder moved={list.moved} onSort={list.showNew} />
                  {order === null && (
                    <NewPill
                      count={list.news}
                      word={following ? 'new, held while you read' : list.more ? 'or more new' : 'new'}
                      onShow={showNew}
                    />
                  )}
                  {live && order === null && (
                    <Button look={following ? 'solid' : 'plain'} aria-pressed={following} onClick={() => setFollowing(!following)}>
                      {following ? 'Following' : 'Follow'}
                    </Button>
                  )}
                  {order !== null && <Button onClick={() => setOrder(null)}>Latest event first</Button>}
                  <ColumnChoice chosen={columns} onChoose={setColumns} />
                </Strip>
                {order !== null && cutShort}
                {order === null && list.leftOut !== null && (
                  <Note tone="warn">
                    <Lamp kind="warn" label="left out" />
                    <span className="grow">
                      More came between <Time at={list.leftOut.from} precision="millis" /> and{' '}
                      <Time at={list.leftOut.to} precision="millis" /> than one look takes: some of these traces are left out.
                    </span>
                    <Button onClick={list.showNew}>Read them all</Button>
                  </Note>
                )}
                {traces.length === 0 ? (
                  <NothingFound
                    q={q}
                    understood={list.problem === null}
                    whole={beyondBudget === null}
                    onAll={() => search(null)}
                    onDay={() => setRange({ from: { kind: 'ago', ms: 86_400_000 }, to: { kind: 'ago', ms: 0 } })}
                  />
                ) : (
                  <div className={styles.reading} {...read}>
                    <TracesTable
                      traces={traces}
                      columns={columns}
                      selected={sel}
                      order={order}
                      onOrder={setOrder}
                      hrefOf={(trace) => keepView(url.params, traceHref(trace.traceId))}
                      onSelect={(next) => url.replace(writeTracesUrl(url.params, { sel: next }))}
                      onOpen={(trace) => router.push(keepView(url.params, traceHref(trace.traceId)))}
                    />
                  </div>
                )}
                {order === null && cutShort}
                {beyondBudget === null && (
                  <CutNotice cut={list.cut} order={wordOf(order).replace(/^./, (letter) => letter.toUpperCase())} />
                )}
                {list.letGo > 0 ? (
                  <Note tone="warn">
                    <span className="grow">
                      A list that follows holds the newest {formatExact(traces.length)}; {formatExact(list.letGo)} older{' '}
                      {list.letGo === 1 ? 'one was' : 'ones were'} let go.
                    </span>
                    <Button onClick={list.showNew}>Read anew</Button>
                  </Note>
                ) : (
                  list.query.hasNextPage && (
                    <Note>
                      <span className="grow">{order === null ? 'Older traces follow.' : 'More traces follow in this order.'}</span>
                      <Button disabled={list.query.isFetchingNextPage} onClick={() => void list.query.fetchNextPage()}>
                        {list.query.isFetchingNextPage ? 'Asking the store' : order === null ? 'Show older' : 'Show more'}
                      </Button>
                    </Note>
                  )
                )}
              </>
            )}
          </QueryGate>
        </PageColumn>
      </PageBody>
    </Page>
  );
}

export const traceHref = (traceId: string): string => `/traces/${encodeURIComponent(traceId)}`;

/** Names for the completion: what the topology has, and the types that the facets found. */
function useKnownNames(facets: readonly Facet[]): KnownNames {
  const { data } = useQuery(wiringQuery(useQueryClient()));
  return useMemo(() => {
    const of = (field: Facet['field']): readonly string[] =>
      facets.find((facet) => facet.field === field)?.values.map(({ value }) => value) ?? [];
    const nodes = data?.nodes ?? [];
    const services = nodes.flatMap((node) => (node.kind === 'service' && node.unknown === null ? [node.title] : []));
    return {
      services: [...new Set([...of('service'), ...services])],
      channels: [
        ...new Set([...of('channel'), ...nodes.flatMap((node) => (node.kind === 'channel' && node.title !== '' ? [node.title] : []))]),
      ],
      inboxes: nodes.flatMap((node) => (node.kind === 'inbox' ? [node.inbox] : [])),
      types: of('type'),
      brokers: [...new Set(nodes.flatMap((node) => (node.kind === 'service' ? [] : [node.broker])))],
    };
  }, [facets, data]);
}

function FailedCount({ traces }: { readonly traces: readonly { readonly errors: number }[] }) {
  const failed = traces.filter((trace) => trace.errors > 0).length;
  return failed === 0 ? null : <Lamp kind="bad">{formatExact(failed)} with a dead letter</Lamp>;
}
