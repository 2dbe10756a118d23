'use client';

import { useState } from 'react';
import { useRouter } from 'next/navigation';
import type { SagaDefinitionRow } from '@/lib/contract/sagas';
import type { SagaInstance } from '@/lib/sagas/saga';
import { expectedType, isFinished, openStates, overStates } from '@/lib/sagas/saga-path';
import { readSagasUrl, sagaHref, writeSagasUrl } from '@/lib/sagas/sagas-url';
import { formatDuration, formatExact } from '@/lib/time/format';
import { LinkRows, RowLink } from '@/components/events/row-link';
import { QueryGate } from '@/components/live/query-gate';
import { keepView, useUrlState } from '@/components/live/url-state';
import { Button, LinkButton } from '@/components/ui/button';
import { Chip, NewPill } from '@/components/ui/chip';
import { Field } from '@/components/ui/field';
import { SagaLamp, sagaStateTitles } from '@/components/ui/lamp';
import { Page, PageBody, PageColumn, Strip } from '@/components/ui/page';
import { Segmented } from '@/components/ui/segmented';
import { CutNotice, EmptyState, Note } from '@/components/ui/states';
import { DataTable, type Column } from '@/components/ui/table';
import { Age, Time } from '@/components/ui/time';
import { Due } from './due';
import { StateBar } from './state-bar';
import { WaitsFor } from './waits-for';
import { useSagas } from './use-sagas';
import styles from './sagas.module.css';

/** What is under way, what is stuck? Definitions by state, then the instances, stuck first. */
export function SagasScreen() {
  const router = useRouter();
  const url = useUrlState();
  const asked = readSagasUrl(url.params);
  const { which, state, key } = asked;
  // A key is looked for everywhere; else the list is one of two parts, or one state of it.
  const states = state !== null ? [state] : key !== null ? [] : which === 'finished' ? overStates : openStates;
  const sagas = useSagas({ definition: asked.definition, states, key });
  const rows = sagas.instances;
  const typeOf = (saga: SagaInstance): string | null =>
    expectedType(sagas.definitions.find((row) => row.definition.name === saga.definition)?.definition, saga);
  const hrefOf = (saga: SagaInstance): string => keepView(url.params, sagaHref(saga.definition, saga.key));
  return (
    <Page title="Sagas" answer="Which business processes are under way, and where each one waits.">
      <QueryGate query={sagas.query} what="the sagas" works="Taps go on, and sagas are folded when the store answers.">
        {(view) =>
          sagas.definitions.length === 0 ? (
            <NoDefinitions />
          ) : (
            <>
              <ul className={styles.definitions} aria-label="Definitions">
                {sagas.definitions.map((row) => (
                  <li key={row.definition.name}>
                    <DefinitionRow
                      row={row}
                      on={asked.definition === row.definition.name}
                      onChoose={(on) =>
                        url.push(writeSagasUrl(url.params, { definition: on ? row.definition.name : null, state: null, sel: null }))
                      }
                    />
                  </li>
                ))}
              </ul>
              <Strip label="What the list shows">
                <b>{asked.definition ?? 'All definitions'}</b>
                <Segmented
                  label="Which sagas"
                  value={asked.which}
                  options={[
                    { value: 'open', title: 'Not finished' },
                    { value: 'finished', title: 'Finished' },
                  ]}
                  onChange={(which) => url.push(writeSagasUrl(url.params, { which, state: null, sel: null }))}
                />
                {asked.state !== null && (
                  <Chip look="line" onRemove={() => url.push(writeSagasUrl(url.params, { state: null }))} removeLabel="Show all states">
                    {sagaStateTitles[asked.state]}
                  </Chip>
                )}
                <KeyFilter
                  key={asked.key ?? ''}
                  value={asked.key}
                  onChange={(key) => url.push(writeSagasUrl(url.params, { key, sel: null }))}
                />
                <span className="grow" />
                <NewPill count={sagas.fresh} onShow={sagas.showNew} />
                <span className="muted wide-only">Stuck first, then soonest due</span>
              </Strip>
              <PageBody>
                <PageColumn>
                  {rows.length === 0 ? (
                    <NoInstances
                      which={asked.which}
                      filtered={asked.state !== null || asked.key !== null}
                      onAll={() =>
                        url.push(writeSagasUrl(url.params, { state: null, key: null, which: asked.which === 'open' ? 'finished' : 'open' }))
                      }
                    />
                  ) : (
                    <SagasTable
                      rows={rows}
                      typeOf={typeOf}
                      withDefinition={asked.definition === null}
                      selected={asked.sel}
                      hrefOf={hrefOf}
                      onSelect={(sel) => url.replace(writeSagasUrl(url.params, { sel }))}
                      onOpen={(saga) => router.push(hrefOf(saga))}
                    />
                  )}
                  <WhereStuck definitions={sagas.definitions} />
                  <CutNotice cut={view.cut} order="Stuck first, then soonest due" />
                </PageColumn>
              </PageBody>
            </>
          )
        }
      </QueryGate>
    </Page>
  );
}

interface DefinitionRowProps {
  readonly row: SagaDefinitionRow;
  readonly on: boolean;
  readonly onChoose: (on: boolean) => void;
}

function DefinitionRow({ row, on, onChoose }: DefinitionRowProps) {
  const { definition, counts, medianMs, p95Ms } = row;
  return (
    <button type="button" className={styles.definition} aria-pressed={on} onClick={() => onChoose(!on)}>
      <span>
        <span className={styles.definitionName}>{definition.name}</span>
        <small className="quiet">
          {definition.steps.length} {definition.steps.length === 1 ? 'step' : 'steps'}, found by {identityWords(definition.identifiedBy)}
        </small>
      </span>
      <span className={styles.definitionStates}>
        <StateBar counts={counts} />
      </span>
      <span className={`${styles.percentiles} num`}>
        {medianMs === null ? (
          <span className="quiet">duration unknown: none completed</span>
        ) : (
          <>
            p50 <b>{formatDuration(medianMs)}</b>, p95 <b>{formatDuration(p95Ms)}</b>
          </>
        )}
      </span>
    </button>
  );
}

const identityWords = (identifiedBy: string): string =>
  identifiedBy.startsWith('business-key:') ? `business key ${identifiedBy.slice('business-key:'.length)}` : identifiedBy.replace('-', ' ');

interface SagasTableProps {
  readonly rows: readonly SagaInstance[];
  readonly typeOf: (saga: SagaInstance) => string | null;
  readonly withDefinition: boolean;
  readonly selected: string | null;
  readonly hrefOf: (saga: SagaInstance) => string;
  readonly onSelect: (key: string | null) => void;
  readonly onOpen: (saga: SagaInstance) => void;
}

function SagasTable({ rows, typeOf, withDefinition, selected, hrefOf, onSelect, onOpen }: SagasTableProps) {
  const columns: readonly Column<SagaInstance>[] = [
    {
      id: 'key',
      title: 'Key',
      width: 220,
      cell: (saga) => (
        <RowLink href={hrefOf(saga)} title={saga.key}>
          <span className="mono truncate">{saga.key}</span>
        </RowLink>
      ),
    },
    ...(withDefinition
      ? [{ id: 'definition', title: 'Saga', width: 150, wideOnly: true, cell: (saga: SagaInstance) => saga.definition }]
      : []),
    { id: 'state', title: 'State', width: 150, cell: (saga) => <SagaLamp state={saga.state} /> },
    {
      id: 'waits',
      title: 'Waits for',
      cell: (saga) =>
        saga.waitingFor === null ? <span className="quiet">nothing</span> : <WaitsFor step={saga.waitingFor} type={typeOf(saga)} />,
    },
    {
      id: 'steps',
      title: 'Done',
      width: 80,
      align: 'end',
      wideOnly: true,
      cell: (saga) => `${saga.steps.filter((step) => step.state === 'done').length} of ${saga.steps.length}`,
    },
    { id: 'started', title: 'Started', width: 110, cell: (saga) => <Time at={saga.startedAt} /> },
    { id: 'changed', title: 'Last event', width: 120, align: 'end', cell: (saga) => <Age at={saga.changedAt} /> },
    {
      id: 'due',
      title: 'Due',
      width: 200,
      cell: (saga) =>
        isFinished(saga.state) ? (
          <span className="quiet">took {formatDuration(((saga.endedAt ?? saga.changedAt) - saga.startedAt) / 1000)}</span>
        ) : (
          <Due at={saga.dueAt} />
        ),
    },
  ];
  return (
    <LinkRows>
      <DataTable
        label="Sagas, stuck first"
        columns={columns}
        rows={rows}
        rowKey={(saga) => `${saga.definition}/${saga.key}`}
        selected={selected}
        onSelect={onSelect}
        onOpen={onOpen}
      />
    </LinkRows>
  );
}

function KeyFilter({ value, onChange }: { readonly value: string | null; readonly onChange: (key: string | null) => void }) {
  const [text, setText] = useState(value ?? '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChange(text.trim() === '' ? null : text.trim());
      }}
    >
      <Field
        label="Filter by key"
        icon="filter"
        placeholder="Key"
        shortcut="F"
        data-filter=""
        maxLength={256}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className={styles.keyField}
      />
    </form>
  );
}

function WhereStuck({ definitions }: { readonly definitions: readonly SagaDefinitionRow[] }) {
  const worst = definitions
    .flatMap((row) => row.stuckAt.map((at) => ({ ...at, definition: row.definition.name })))
    .toSorted((a, b) => b.count - a.count)[0];
  if (!worst) return null;
  return (
    <Note>
      <span>
        Most wait at <b>{worst.step}</b> of {worst.definition}: {formatExact(worst.count)} {worst.count === 1 ? 'is' : 'are'} overdue there.
      </span>
    </Note>
  );
}

function NoDefinitions() {
  return (
    <EmptyState title="No saga is defined" actions={<LinkButton href="/settings">Open settings</LinkButton>}>
      <p>
        A saga is a business process over several events. Define it under <code>sagas:</code> in <code>eventyard.yaml</code>: its name, how
        an instance is found (for example <code>business-key:order</code>), the event types that start it, and its steps with success,
        failure, compensation and timeout. <code>eventyard.example.yaml</code> has one.
      </p>
    </EmptyState>
  );
}

function NoInstances({
  which,
  filtered,
  onAll,
}: {
  readonly which: 'open' | 'finished';
  readonly filtered: boolean;
  readonly onAll: () => void;
}) {
  return (
    <EmptyState
      title={filtered ? 'No saga fits this filter' : which === 'open' ? 'Nothing is under way or stuck' : 'None has finished yet'}
      actions={<Button onClick={onAll}>{filtered ? 'Clear the filter' : which === 'open' ? 'Show finished' : 'Show open ones'}</Button>}
    >
      <p>An instance begins when an event of a start type is seen with its key.</p>
    </EmptyState>
  );
}
