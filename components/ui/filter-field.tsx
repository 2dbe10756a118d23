'use client';
import { Field } from './field';

export interface FilterFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string | null) => void;
  readonly className?: string;
}

/** The screen's filter: `F` brings the cursor here, Esc takes it away. */
export function FilterField({ label, value, onChange, className }: FilterFieldProps) {
  return (
    <Field
      label={label}
      placeholder={label}
      icon="filter"
      shortcut="F"
      data-filter=""
      className={className}
      value={value}
      onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
