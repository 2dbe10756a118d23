'use client';

import { useState, type ReactNode } from 'react';
import { useRouter } from 'next/navigation';
import { endsNow, writeRange } from '@/lib/time/range';
import { formatExact } from '@/lib/time/format';
import { readTracesUrl, writeTracesUrl, type TracesPlace } from '@/lib/traces/traces-url';
import { EventBars } from '@/components/charts/event-bars';
import { keepView, useUrlBrokers, useUrlRange, useUrlState } from '@/components/live/url-state';
import { QueryGate } from '@/components/live/query-gate';
import { Button } from '@/components/ui/button';
import { Chip, NewPill } from '@/components/ui/chip';
import { Field } from '@/components/ui/field';
import { useKeys } from '@/components/ui/keys';
import { Lamp } from '@/components/ui/lamp';
import { Page, PageBody, PageColumn, Strip } from '@/components/ui/page';
import { Segmented } from '@/components/ui/segmented';
import { CutNotice, EmptyState, Note } from '@/components/ui/states';
import { PlaceFilter } from './place-filter';
import { TracesTable } from './traces-table';
import { useTraces } from './use-traces';
import styles from './traces.module.css';

/** Which transaction? The volume with what failed in it, the latest traces, and a field that finds one by any of its ids. */
export function TracesScreen() {
  const router = useRouter();
  const url = useUrlState();
  const [range, setRange] = useUrlRange();
  const [brokers] = useUrlBrokers();
  const { q, errors, sel, place } = readTracesUrl(url.params);
  const written = writeRange(range);
  const list = useTraces({
    q,
    errors,
    place,
    from: written.from,
    to: written.to ?? null,
    brokers: brokers?.join(',') ?? null,
    live: endsNow(range) && q === null && place === null,
  });
  const open = (traceId: string): void => router.push(keepView(url.params, traceHref(traceId)));

  return (
    <Page title="Traces" answer="Find one transaction by any of its ids, or by when it happened.">
      <SearchLine
        key={q ?? ''}
        q={q}
        errors={errors}
        onSearch={(next) => url.push(writeTracesUrl(url.params, { q: next, sel: null }))}
        onErrors={(next) => url.push(writeTracesUrl(url.params, { errors: next, sel: null }))}
        place={<PlaceFilter place={place} onPlace={(next) => url.push(writeTracesUrl(url.params, { place: next, sel: null }))} />}
      />
      <PageBody>
        <PageColumn>
          <div className={styles.volume}>
            <EventBars
              label="Events over time"
              steps={list.histogram}
              onBrush={(from, to) => setRange({ from: { kind: 'at', at: from }, to: { kind: 'at', at: to } })}
            />
          </div>
          <QueryGate query={list.query} what="the traces" works="Taps go on storing events.">
            {() => (
              <>
                <Strip label="What the list shows">
                  <b className="num">
                    {formatExact(list.traces.length)}
                    {list.query.hasNextPage ? ' newest' : ''} {list.traces.length === 1 ? 'trace' : 'traces'}
                  </b>
                  <FailedCount traces={list.traces} />
                  {list.foundBy && (
                    <Chip look="line" title={list.foundBy.value}>
                      found in {list.foundBy.field}
                    </Chip>
                  )}
                  <span className="grow" />
                  <NewPill count={list.news.traces.size} word={list.news.atLeast ? 'or more new' : 'new'} onShow={list.showNew} />
                  <span className="muted wide-only">Newest first</span>
                </Strip>
                {list.traces.length === 0 ? (
                  <NothingFound
                    q={q}
                    errors={errors}
                    place={place}
                    onAll={() => url.push(writeTracesUrl(url.params, { q: null, errors: false, place: null }))}
                    onDay={() => setRange({ from: { kind: 'ago', ms: 86_400_000 }, to: { kind: 'ago', ms: 0 } })}
                  />
                ) : (
                  <TracesTable
                    traces={list.traces}
                    selected={sel}
                    hrefOf={(trace) => keepView(url.params, traceHref(trace.traceId))}
                    onSelect={(next) => url.replace(writeTracesUrl(url.params, { sel: next }))}
                    onOpen={(trace) => open(trace.traceId)}
                  />
                )}
                <CutNotice cut={list.cut} />
                {list.query.hasNextPage && (
                  <Note>
                    <span className="grow">Older traces follow.</span>
                    <Button disabled={list.query.isFetchingNextPage} onClick={() => void list.query.fetchNextPage()}>
                      {list.query.isFetchingNextPage ? 'Asking the store' : 'Show older'}
                    </Button>
                  </Note>
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

interface SearchLineProps {
  readonly q: string | null;
  readonly errors: boolean;
  readonly onSearch: (q: string | null) => void;
  readonly onErrors: (errors: boolean) => void;
  readonly place: ReactNode;
}

function SearchLine({ q, errors, onSearch, onErrors, place }: SearchLineProps) {
  const [text, setText] = useState(q ?? '');
  const [field, setField] = useState<HTMLInputElement | null>(null);
  useKeys({ '/': () => field?.focus() });
  return (
    <form
      className={styles.search}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.trim() === '' ? null : text.trim());
      }}
    >
      <Field
        label="Search by id"
        icon="search"
        shortcut="/"
        inputRef={setField}
        className={styles.field}
        placeholder="Trace, message, correlation, causation or business id"
        maxLength={512}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <Button look="solid" type="submit">
        Search
      </Button>
      {q !== null && <Button onClick={() => onSearch(null)}>Clear</Button>}
      {place}
      <Segmented
        label="Which traces"
        value={errors ? 'errors' : 'all'}
        options={[
          { value: 'all', title: 'All' },
          { value: 'errors', title: <Lamp kind="bad">With dead letters</Lamp> },
        ]}
        onChange={(value) => onErrors(value === 'errors')}
      />
    </form>
  );
}

function FailedCount({ traces }: { readonly traces: readonly { readonly errors: number }[] }) {
  const failed = traces.filter((trace) => trace.errors > 0).length;
  return failed === 0 ? null : <Lamp kind="bad">{formatExact(failed)} with a dead letter</Lamp>;
}

interface NothingFoundProps {
  readonly q: string | null;
  readonly errors: boolean;
  readonly place: TracesPlace | null;
  readonly onAll: () => void;
  readonly onDay: () => void;
}

function NothingFound({ q, errors, place, onAll, onDay }: NothingFoundProps) {
  if (q !== null) {
    return (
      <EmptyState
        title="Nothing carries this id"
        actions={
          <>
            <Button onClick={onDay}>Last 24 hours</Button>
            <Button onClick={onAll}>Show all traces</Button>
          </>
        }
      >
        <p>
          Searched were trace, span, message, correlation and causation ids, keys and business keys. An id has to be whole and written as
          the event carries it. Events older than the store keeps, and channels without a tap, cannot be found.
        </p>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={`${errors ? 'No trace with a dead letter' : 'No traces'}${place === null ? '' : ` at ${place.name}`} in this time`}
      actions={
        <>
          <Button onClick={onDay}>Last 24 hours</Button>
          {(errors || place !== null) && <Button onClick={onAll}>Show all traces</Button>}
        </>
      }
    >
      <p>
        {errors
          ? 'Nothing that was seen here ended in a dead-letter channel.'
          : 'A trace begins with the first event that is seen. Look at Settings for the state of the taps, or take a longer time.'}
      </p>
    </EmptyState>
  );
}
