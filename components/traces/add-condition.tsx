'use client';

import { useId, useState } from 'react';
import type { KnownNames } from '@/lib/search/complete';
import { valuesOf } from '@/lib/search/complete';
import { addTerm } from '@/lib/search/facets';
import { parseQuery } from '@/lib/search/parse-query';
import { fieldNamed, FIELDS, type FieldName, type Operator } from '@/lib/search/query';
import { term, writeTerm } from '@/lib/search/write-query';
import { Button } from '@/components/ui/button';
import styles from './add-condition.module.css';

const IN_WORDS: Readonly<Partial<Record<Operator, string>>> = {
  '=': 'is',
  '~': 'has in it',
  '!=': 'is not',
  '>': 'more than',
  '<': 'less than',
};
type Operators = readonly [Operator, ...Operator[]];

/** What can be asked of a field; the first is the usual one. */
function operatorsOf(field: FieldName): Operators {
  switch (fieldNamed(field)?.kind) {
    case 'number':
    case 'duration':
      return ['>', '<', '='];
    case 'choice':
      return ['='];
    default:
      return ['=', '~', '!='];
  }
}

export interface AddConditionProps {
  readonly q: string;
  readonly known: KnownNames;
  readonly onSearch: (q: string | null) => void;
}

/** Every field of the line without writing it: what no list of boxes can hold (ids, keys, headers, fields of the body, numbers). */
export function AddCondition({ q, known, onSearch }: AddConditionProps) {
  const [field, setField] = useState<FieldName>('key');
  const [name, setName] = useState('');
  const [op, setOp] = useState<Operator>('=');
  const [value, setValue] = useState('');
  const id = useId();
  const info = fieldNamed(field);
  const operators = operatorsOf(field);
  const offered = info?.choices ?? valuesOf(field, known);
  const added = term(field, value.trim(), { op, name: info?.dotted !== undefined && name.trim() !== '' ? name.trim() : null });
  const parsed = parseQuery(writeTerm(added));
  const problem = value.trim() === '' || parsed.ok ? null : parsed.problem.text;
  return (
    <details className={styles.add}>
      <summary>Add a condition</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (value.trim() === '' || !parsed.ok) return;
          onSearch(addTerm(q, added));
          setValue('');
        }}
      >
        <select
          aria-label="Field"
          value={field}
          onChange={(event) => {
            const next = event.target.value as FieldName;
            setField(next);
            setOp(operatorsOf(next)[0]);
          }}
        >
          {FIELDS.map((one) => (
            <option key={one.name} value={one.name}>
              {TITLES[one.name] ?? one.name}
            </option>
          ))}
        </select>
        {info?.dotted !== undefined && (
          <input
            aria-label="Its name"
            placeholder={field === 'b' ? 'order.id' : field === 'h' ? 'tenant' : 'order, or any'}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
        <select aria-label="How" value={op} onChange={(event) => setOp(event.target.value as Operator)}>
          {operators.map((one) => (
            <option key={one} value={one}>
              {IN_WORDS[one]}
            </option>
          ))}
        </select>
        <input
          aria-label="Value"
          aria-describedby={`${id}-says`}
          list={offered.length > 0 ? `${id}-known` : undefined}
          placeholder={info?.kind === 'duration' ? '2s' : info?.kind === 'number' ? '10' : 'value'}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        {offered.length > 0 && (
          <datalist id={`${id}-known`}>
            {offered.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        )}
        <p id={`${id}-says`} className={problem === null ? 'quiet' : styles.problem}>
          {problem ?? info?.says}
        </p>
        <Button type="submit" disabled={value.trim() === '' || problem !== null}>
          Add
        </Button>
      </form>
    </details>
  );
}

/** Where the word of the line says too little on its own. */
const TITLES: Readonly<Partial<Record<FieldName, string>>> = {
  key: 'business key',
  trace: 'trace id',
  message: 'message id',
  correlation: 'correlation id',
  causation: 'causation id',
  conversation: 'conversation id',
  saga: 'saga id',
  span: 'span id',
  replay: 'replay id',
  h: 'header',
  b: 'field of the body',
  text: 'free text',
  inbox: 'queue or group',
  events: 'number of events',
  errors: 'number of dead letters',
  size: 'bytes of the body',
};
