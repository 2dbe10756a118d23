'use client';

import { useEffect, useMemo } from 'react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { SagaView } from '@/lib/contract/sagas';
import type { EventRow } from '@/lib/contract/traces';
import type { SagaFact, SagaInstance } from '@/lib/sagas/saga';
import { isFinished, sagaPath } from '@/lib/sagas/saga-path';
import { formatDuration, formatExact } from '@/lib/time/format';
import { LinkRows, RowLink } from '@/components/events/row-link';
import { useServerNow } from '@/components/events/use-server-now';
import { QueryGate } from '@/components/live/query-gate';
import { keepView, useUrlState, useUrlText } from '@/components/live/url-state';
import { LinkButton } from '@/components/ui/button';
import { CopyLinkButton } from '@/components/ui/copy-link';
import { CopyId } from '@/components/ui/copy-id';
import { Icon } from '@/components/ui/icon';
import { Lamp, SagaLamp } from '@/components/ui/lamp';
import { PageBody, PageColumn } from '@/components/ui/page';
import { PanelSection } from '@/components/ui/panel';
import { EmptyState } from '@/components/ui/states';
import { DataTable, type Column } from '@/components/ui/table';
import { Time } from '@/components/ui/time';
import { DueBanner } from './due-banner';
import { SagaTrack } from './saga-track';
import { useSaga } from './use-saga';
import page from '@/components/ui/page.module.css';
import styles from './sagas.module.css';

/** What has not come, what is undone? One saga: the countdown, its path, its events. */
export function SagaScreen({ definition, sagaKey }: { readonly definition: string; readonly sagaKey: string }) {
  const url = useUrlState();
  const query = useSaga(definition, sagaKey);
  const saga = query.data?.instance;
  const link = (href: string): string => keepView(url.params, href);
  useEffect(() => {
    document.title = `${sagaKey.slice(0, 60)} · Eventyard`;
  }, [sagaKey]);
  return (
    <main className={page.main} id="main">
      <div className={page.head}>
        <Link href={link('/sagas')} className={styles.crumb} prefetch={false}>
          Sagas
          <Icon name="chevron-right" size={12} />
        </Link>
        <Link href={link(`/sagas?definition=${encodeURIComponent(definition)}`)} className={styles.crumb} prefetch={false}>
          {definition}
          <Icon name="chevron-right" size={12} />
        </Link>
        <h1 className="mono truncate">{sagaKey}</h1>
        {saga && <SagaLamp state={saga.state} />}
        <span className="grow" />
        {saga && <OpenFor saga={saga} />}
        <CopyLinkButton />
      </div>
      <QueryGate query={query} what="the saga" missing={<UnknownSaga definition={definition} sagaKey={sagaKey} back={link('/sagas')} />}>
        {(view) => <OneSaga view={view} link={link} />}
      </QueryGate>
    </main>
  );
}

function OpenFor({ saga }: { readonly saga: SagaInstance }) {
  const now = useServerNow(1000);
  const until = isFinished(saga.state) ? (saga.endedAt ?? saga.changedAt) : now;
  return (
    <span className="num muted nowrap wide-only" suppressHydrationWarning>
      Started{' '}
      <b>
        <Time at={saga.startedAt} precision="millis" />
      </b>
      {until !== null && (
        <>
          , {isFinished(saga.state) ? 'took' : 'open for'} <b>{formatDuration(Math.max(0, until - saga.startedAt) / 1000)}</b>
        </>
      )}
    </span>
  );
}

interface Line {
  readonly id: string;
  readonly at: number | null;
  readonly type: string;
  readonly from: string | null;
  readonly step: string;
  readonly note: string;
  readonly kind: 'came' | 'failed' | 'undo' | 'expected' | 'dead-letter';
  readonly href: string | null;
}

function OneSaga({ view, link }: { readonly view: SagaView; readonly link: (href: string) => string }) {
  const router = useRouter();
  const [selected, select] = useUrlText('sel', 'replace');
  const { definition, instance } = view;
  const path = useMemo(() => sagaPath(definition, instance), [definition, instance]);
  const facts = new Map(instance.facts.map((fact) => [fact.eventId, fact]));
  const eventHref = (event: string): string | null => {
    const trace = facts.get(event)?.traceId ?? view.events.find((row) => row.id === event)?.traceId;
    return trace ? link(`/traces/${encodeURIComponent(trace)}?event=${encodeURIComponent(event)}`) : null;
  };
  const lines = useMemo(() => linesOf(view), [view]).map((line) => ({ ...line, href: line.href === null ? null : eventHref(line.href) }));
  const columns: readonly Column<Line>[] = [
    {
      id: 'at',
      title: 'Time',
      width: 136,
      cell: (line) =>
        line.kind === 'expected' ? (
          <span className="quiet">
            {line.at === null ? (
              'then'
            ) : (
              <>
                by <Time at={line.at} />
              </>
            )}
          </span>
        ) : (
          <Time at={line.at} precision="millis" />
        ),
    },
    {
      id: 'event',
      title: 'Event',
      width: 230,
      cell: (line) => (
        <span className="row">
          <LineMark kind={line.kind} />
          {line.href === null ? (
            <span className={`mono truncate ${line.kind === 'expected' ? 'quiet' : ''}`}>{line.type}</span>
          ) : (
            <RowLink href={line.href}>
              <span className="mono truncate">{line.type}</span>
            </RowLink>
          )}
        </span>
      ),
    },
    {
      id: 'from',
      title: 'From',
      width: 130,
      cell: (line) => line.from ?? <span className="quiet">{line.kind === 'expected' ? 'not seen yet' : 'unknown producer'}</span>,
    },
    { id: 'step', title: 'Step', width: 150, wideOnly: true, cell: (line) => line.step || <span className="quiet">none</span> },
    { id: 'note', title: 'What it means', cell: (line) => <span className="muted">{line.note}</span> },
  ];
  return (
    <PageBody>
      <PageColumn>
        <DueBanner saga={instance} definition={definition} />
        <SagaTrack path={path} startedAt={path.forward[0]?.at ?? instance.startedAt} eventHref={eventHref} />
        <LinkRows>
          <DataTable
            label="Events of this saga"
            columns={columns}
            rows={lines}
            rowKey={(line) => line.id}
            selected={selected}
            onSelect={select}
            onOpen={(line) => line.href && router.push(line.href)}
            rowTone={(line) => (line.kind === 'expected' ? 'quiet' : undefined)}
            empty={<EmptyState inline title="No event of it is kept any more" />}
          />
        </LinkRows>
      </PageColumn>
      <Aside view={view} link={link} />
    </PageBody>
  );
}

/** What came, then what is still expected: the steps that wait, in their order. */
function linesOf({ definition, instance, events }: SagaView): Line[] {
  const rows = new Map(events.map((row) => [row.id, row]));
  const came = instance.facts.map((fact) => lineOf(fact, rows.get(fact.eventId), definition));
  const expected = isFinished(instance.state)
    ? []
    : instance.steps.flatMap((step): Line[] => {
        const defined = definition.steps.find((one) => one.name === step.name);
        if (step.state === 'undoing')
          return [
            {
              id: `undo ${step.name}`,
              at: step.dueAt,
              type: defined?.compensation[0] ?? 'compensation',
              from: null,
              step: step.name,
              note: 'expected: undoes this step',
              kind: 'expected',
              href: null,
            },
          ];
        if (step.state !== 'expected' && step.state !== 'overdue') return [];
        return [
          {
            id: `due ${step.name}`,
            at: step.dueAt,
            type: defined?.success[0] ?? step.name,
            from: null,
            step: step.name,
            note: step.state === 'overdue' ? 'overdue, not seen' : 'expected, not seen',
            kind: 'expected',
            href: null,
          },
        ];
      });
  return [...came.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0)), ...expected];
}

function lineOf(fact: SagaFact, row: EventRow | undefined, definition: SagaView['definition']): Line {
  const base = { id: fact.eventId, at: fact.at, type: fact.type, from: row?.source ?? null, href: fact.eventId };
  if (fact.deadLetter)
    return { ...base, step: '', note: `dead letter${row?.failureCause ? `: ${row.failureCause}` : ''}`, kind: 'dead-letter' };
  if (definition.start.includes(fact.type)) return { ...base, step: '', note: 'starts it', kind: 'came' };
  for (const step of definition.steps) {
    if (step.success.includes(fact.type))
      return { ...base, step: step.name, note: definition.end.includes(fact.type) ? 'done, ends it' : 'done', kind: 'came' };
    if (step.failure.includes(fact.type)) return { ...base, step: step.name, note: 'failed', kind: 'failed' };
    if (step.compensation.includes(fact.type))
      return { ...base, step: step.name, note: `undoes ${step.success[0] ?? step.name}`, kind: 'undo' };
  }
  return { ...base, step: '', note: definition.end.includes(fact.type) ? 'ends it' : '', kind: 'came' };
}

function LineMark({ kind }: { readonly kind: Line['kind'] }) {
  const lamps = { came: 'running', failed: 'failed', undo: 'compensating', expected: 'off', 'dead-letter': 'bad' } as const;
  return <Lamp kind={lamps[kind]} label={kind} />;
}

function Aside({ view, link }: { readonly view: SagaView; readonly link: (href: string) => string }) {
  const { definition, instance, traces, deadLetters } = view;
  return (
    <aside className={`${page.panel} ${styles.aside}`} aria-label="About this saga">
      <h2 className="visually-hidden">About this saga</h2>
      <div className={page.panelBody} tabIndex={0} role="region" aria-label="Timers and links">
        <PanelSection title="State">
          <p>
            <SagaLamp state={instance.state} />
          </p>
          <p className="muted">{instance.because}</p>
        </PanelSection>
        <PanelSection title="Timers">
          <ul className={styles.timers}>
            {instance.steps.map((step) => (
              <li key={step.name} className={step.state === 'expected' || step.state === 'overdue' ? undefined : 'quiet'}>
                <span className="truncate">
                  {step.name}
                  {limitOf(view, step.name)}
                </span>
                <span className={`num nowrap ${step.state === 'overdue' ? 'tone-bad' : ''}`}>{stepWords(step)}</span>
              </li>
            ))}
            {definition.timeoutMs !== null && (
              <li className="quiet">
                <span>whole saga within {limitText(definition.timeoutMs)}</span>
              </li>
            )}
          </ul>
        </PanelSection>
        <PanelSection title="Go to">
          <ul className={styles.goTo}>
            {traces.map((trace) => (
              <li key={trace}>
                <Link href={link(`/traces/${encodeURIComponent(trace)}`)} prefetch={false}>
                  <Icon name="traces" size={14} />
                  <span className="mono truncate">Trace {trace.slice(0, 12)}</span>
                </Link>
                <span className="quiet num">{formatExact(instance.facts.filter((fact) => fact.traceId === trace).length)} events</span>
              </li>
            ))}
            {deadLetters.map((letter) => (
              <li key={letter.id}>
                <Link href={link(`/dead-letters?letter=${encodeURIComponent(letter.id)}`)} prefetch={false}>
                  <Icon name="dead-letter-inbox" size={14} className="tone-bad" />
                  <span className="mono truncate">{letter.type ?? 'dead letter'}</span>
                </Link>
                <span className="quiet">{letter.failureCause ?? 'dead letter'}</span>
              </li>
            ))}
            {deadLetters.length === 0 && <li className="quiet">No dead letter of it was seen</li>}
          </ul>
        </PanelSection>
        <PanelSection title="Definition">
          <p className="muted">
            {definition.name}, from the configuration, {definition.steps.length} steps. An instance is found by{' '}
            <code>{definition.identifiedBy}</code>:
          </p>
          <CopyId value={instance.key} />
        </PanelSection>
      </div>
      <footer className={page.panelFoot}>
        {traces[0] !== undefined && (
          <LinkButton href={link(`/traces/${encodeURIComponent(traces[0])}`)} look="solid">
            Open trace
          </LinkButton>
        )}
        {deadLetters[0] !== undefined && (
          <LinkButton href={link(`/dead-letters?letter=${encodeURIComponent(deadLetters[0].id)}`)}>Open dead letter</LinkButton>
        )}
      </footer>
    </aside>
  );
}

function limitOf({ definition }: SagaView, name: string): string {
  const limit = definition.steps.find((step) => step.name === name)?.timeoutMs ?? null;
  return limit === null ? '' : ` within ${limitText(limit)}`;
}

/** A limit as somebody wrote it: whole minutes stay whole. */
const limitText = (ms: number): string =>
  ms >= 60_000 && ms < 3_600_000 && ms % 60_000 === 0 ? `${ms / 60_000} min` : formatDuration(ms, 'sentence');

const stepTitles: Record<SagaInstance['steps'][number]['state'], string> = {
  done: 'done',
  expected: 'expected',
  overdue: 'overdue',
  failed: 'failed',
  undoing: 'being undone',
  undone: 'undone',
  'not-reached': 'not reached',
  skipped: 'skipped',
};

const stepWords = (step: SagaInstance['steps'][number]): string => stepTitles[step.state];

function UnknownSaga({ definition, sagaKey, back }: { readonly definition: string; readonly sagaKey: string; readonly back: string }) {
  return (
    <EmptyState
      title="No such saga"
      actions={
        <>
          <LinkButton href={back} look="solid">
            All sagas
          </LinkButton>
          <LinkButton href={`/traces?q=${encodeURIComponent(sagaKey)}`}>Search this key in traces</LinkButton>
        </>
      }
    >
      <p>
        No instance of <b>{definition}</b> with the key <code>{sagaKey.slice(0, 200)}</code> is stored. The definition may have another name
        now, or the instance is older than the store keeps.
      </p>
    </EmptyState>
  );
}
