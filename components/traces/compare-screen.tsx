'use client';

import { useState } from 'react';
import Link from 'next/link';
import { useQuery } from '@tanstack/react-query';
import type { TraceView } from '@/lib/contract/traces';
import { formatDuration, formatExact } from '@/lib/time/format';
import { compareTraces, type ComparedEvent, type ComparedStep } from '@/lib/traces/compare-traces';
import { firstPartPath } from '@/lib/traces/first-part';
import { traceHref } from '@/lib/hrefs';
import { getJson } from '@/components/live/api';
import { keepView, useUrlText, useUrlState, writeText } from '@/components/live/url-state';
import { QueryGate } from '@/components/live/query-gate';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Icon } from '@/components/ui/icon';
import { Lamp } from '@/components/ui/lamp';
import { Page, PageBody, PageColumn, Strip } from '@/components/ui/page';
import { EmptyState } from '@/components/ui/states';
import { DataTable, type Column } from '@/components/ui/table';
import { Time } from '@/components/ui/time';
import { useTrace } from './use-trace';
import { useTraces } from './use-traces';
import styles from './traces.module.css';

/** What went another way this time? Two traces step by step: what only one has, and what came later. */
export function CompareScreen() {
  const [a, setA] = useUrlText('a');
  const [b, setB] = useUrlText('b');
  const url = useUrlState();
  return (
    <Page
      title="Compare"
      answer="Two traces step by step: what only one has, and what came later."
      tools={
        a !== null && b !== null ? (
          <Button
            onClick={() => {
              url.push(writeText(writeText(url.params, 'a', b), 'b', a));
            }}
          >
            Swap
          </Button>
        ) : undefined
      }
    >
      <PageBody>
        <PageColumn>
          {a === null || b === null ? (
            <ChooseTrace other={a ?? b} onChoose={(id) => (a === null ? setA(id) : setB(id))} />
          ) : (
            <Both key={`${a} ${b}`} a={a} b={b} onAnother={() => setB(null)} />
          )}
        </PageColumn>
      </PageBody>
    </Page>
  );
}

function Both({ a, b, onAnother }: { readonly a: string; readonly b: string; readonly onAnother: () => void }) {
  const [left, right] = [useTrace(a, { whole: true }), useTrace(b, { whole: true })];
  const missing = (id: string) => (
    <EmptyState title="No trace with this id" actions={<Button onClick={onAnother}>Choose another</Button>}>
      <p>
        Nothing that is stored carries <code>{id.slice(0, 200)}</code>.
      </p>
    </EmptyState>
  );
  return (
    <QueryGate query={left} what="the first trace" missing={missing(a)}>
      {(first) => (
        <QueryGate query={right} what="the second trace" missing={missing(b)}>
          {(second) => <Comparison a={first} b={second} onAnother={onAnother} />}
        </QueryGate>
      )}
    </QueryGate>
  );
}

function Comparison({ a, b, onAnother }: { readonly a: TraceView; readonly b: TraceView; readonly onAnother: () => void }) {
  const { params } = useUrlState();
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const compared = compareTraces(a, b);
  const steps = onlyDifferent
    ? compared.steps.filter((step) => step.a === null || step.b === null || Math.abs(step.later ?? 0) > 50_000)
    : compared.steps;
  const columns: readonly Column<ComparedStep>[] = [
    { id: 'what', title: 'Step', cell: (step) => <Step step={step} /> },
    {
      id: 'a',
      title: 'In the first, after',
      width: 150,
      align: 'end',
      cell: ({ a: event }) => <After event={event} trace={a} hrefOf={(href) => keepView(params, href)} />,
    },
    {
      id: 'b',
      title: 'In the second, after',
      width: 160,
      align: 'end',
      cell: ({ b: event }) => <After event={event} trace={b} hrefOf={(href) => keepView(params, href)} />,
    },
    { id: 'later', title: 'Difference', width: 150, align: 'end', cell: (step) => <Later step={step} /> },
  ];
  return (
    <>
      <div className={styles.compareHead}>
        <Side trace={a} name="First" hrefOf={(href) => keepView(params, href)} />
        <Side trace={b} name="Second" hrefOf={(href) => keepView(params, href)} />
      </div>
      <Strip label="What differs">
        <span>
          The second took{' '}
          <b className="num">
            {compared.longer === 0
              ? 'as long'
              : `${formatDuration(Math.abs(compared.longer) / 1000, 'sentence')} ${compared.longer > 0 ? 'longer' : 'less'}`}
          </b>
        </span>
        {compared.onlyA > 0 && <Lamp kind="warn">{formatExact(compared.onlyA)} only in the first</Lamp>}
        {compared.onlyB > 0 && <Lamp kind="warn">{formatExact(compared.onlyB)} only in the second</Lamp>}
        {compared.onlyA + compared.onlyB === 0 && (
          <Lamp kind="ok" ink>
            the same steps
          </Lamp>
        )}
        <span className="grow" />
        <Button
          aria-pressed={onlyDifferent}
          title="Steps of one alone, and those more than 50 ms apart"
          onClick={() => setOnlyDifferent(!onlyDifferent)}
        >
          {onlyDifferent ? 'Show all steps' : 'Only what differs'}
        </Button>
        <Button onClick={onAnother}>Another trace</Button>
      </Strip>
      <DataTable
        label="Both traces, step by step"
        columns={columns}
        rows={steps}
        rowKey={(step) => step.key}
        empty={<EmptyState inline title="Nothing differs by more than 50 ms" />}
      />
    </>
  );
}

function Side({ trace, name, hrefOf }: { readonly trace: TraceView; readonly name: string; readonly hrefOf: (href: string) => string }) {
  return (
    <div>
      <span className="quiet">{name}</span>
      <Link href={hrefOf(traceHref(trace.traceId))} prefetch={false} className="truncate">
        <b className="mono">{trace.nodes[0]?.event.type ?? 'type not said'}</b>
      </Link>
      <span className="mono quiet truncate">{trace.traceId.slice(0, 12)}</span>
      <Time at={trace.first} precision="millis" />
      <b className="num">{formatDuration((trace.last - trace.first) / 1000)}</b>
      <span className="num">
        {formatExact(trace.nodes.length)} {trace.nodes.length === 1 ? 'event' : 'events'}
      </span>
      {trace.errors > 0 && <Lamp kind="bad">{trace.errors === 1 ? '1 dead letter' : `${formatExact(trace.errors)} dead letters`}</Lamp>}
    </div>
  );
}

function Step({ step }: { readonly step: ComparedStep }) {
  const event = (step.a ?? step.b)?.node.event;
  if (event === undefined) return null;
  return (
    <span className="row">
      <Icon
        name={event.deadLetter ? 'dead-letter-inbox' : 'event'}
        size={13}
        className={event.deadLetter ? 'tone-bad' : `tone-${event.system}`}
      />
      <span className="mono truncate">{step.title}</span>
      <span className="quiet truncate">
        {event.source ?? 'unknown producer'} to {event.channel || 'default exchange'}
      </span>
    </span>
  );
}

interface AfterProps {
  readonly event: ComparedEvent | null;
  readonly trace: TraceView;
  readonly hrefOf: (href: string) => string;
}

function After({ event, trace, hrefOf }: AfterProps) {
  if (event === null) return <span className="quiet">not there</span>;
  return (
    <Link href={hrefOf(traceHref(trace.traceId, event.node.event.id))} prefetch={false}>
      {event.after === 0 ? 'start' : formatDuration(event.after / 1000)}
    </Link>
  );
}

function Later({ step }: { readonly step: ComparedStep }) {
  if (step.a === null) return <Lamp kind="warn">only in the second</Lamp>;
  if (step.b === null) return <Lamp kind="warn">only in the first</Lamp>;
  const later = step.later ?? 0;
  if (Math.abs(later) < 1_000) return <span className="quiet">the same</span>;
  return (
    <span className={Math.abs(later) > 1_000_000 ? 'tone-warn num' : 'num'}>
      {formatDuration(Math.abs(later) / 1000)} {later > 0 ? 'later' : 'earlier'}
    </span>
  );
}

/** The other one of the two: by its id, or one of the latest, those that began alike before all others. */
function ChooseTrace({ other, onChoose }: { readonly other: string | null; readonly onChoose: (id: string) => void }) {
  const [text, setText] = useState('');
  const list = useTraces({ q: null, from: '-60m', to: null, brokers: null, order: null, live: false });
  const { data: first } = useQuery({
    queryKey: ['beginning of a trace', other],
    queryFn: ({ signal }) => getJson<TraceView>(firstPartPath(other ?? ''), {}, signal),
    enabled: other !== null,
  });
  const title = first?.nodes[0]?.event.type;
  const others = list.traces.filter(({ traceId }) => traceId !== other);
  const latest = [...others.filter((trace) => trace.title === title), ...others.filter((trace) => trace.title !== title)].slice(0, 12);
  return (
    <EmptyState title={other === null ? 'Which trace is the first of the two?' : 'With which other trace?'}>
      {first && (
        <p className="row">
          The first is <b className="mono">{title ?? 'type not said'}</b> <Time at={first.first} precision="millis" />
          <span className="num">{formatExact(first.cut?.of ?? first.nodes.length)} events</span>
        </p>
      )}
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '') onChoose(text.trim());
        }}
      >
        <Field label="Trace id" placeholder="Trace id" value={text} maxLength={512} onChange={(event) => setText(event.target.value)} />
        <Button look="solid" type="submit">
          Compare
        </Button>
      </form>
      {latest.length > 0 && <p>{title === undefined ? 'Or one of the latest:' : 'Or one of the latest, those that began alike first:'}</p>}
      <ul>
        {latest.map((trace) => (
          <li key={trace.traceId}>
            <button type="button" className={styles.eventButton} onClick={() => onChoose(trace.traceId)}>
              <Time at={trace.first} precision="millis" /> <span className="mono">{trace.title ?? 'type not said'}</span>
              <span className="num">
                {formatExact(trace.events)} {trace.events === 1 ? 'event' : 'events'}
              </span>
              <span className="num">{formatDuration((trace.last - trace.first) / 1000)}</span>
              {trace.errors > 0 && <Lamp kind="bad">dead letter</Lamp>}
            </button>
          </li>
        ))}
      </ul>
    </EmptyState>
  );
}
