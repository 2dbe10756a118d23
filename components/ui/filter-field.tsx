'use client';
import { Field } from './field';

export interface FilterFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string | null) => void;
  readonly className?: string;
  /** Id of a `datalist` with what can be chosen. */
  readonly list?: string;
}

/** The screen's filter: `F` brings the cursor here, Esc takes it away. */
export function FilterField({ label, value, onChange, className, list }: FilterFieldProps) {
  return (
    <Field
      label={label}
      placeholder={label}
      icon="filter"
      shortcut="F"
      data-filter=""
      className={className}
      list={list}
      value={value}
      onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
