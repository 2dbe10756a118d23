import type { InputHTMLAttributes, Ref } from 'react';
import { Icon, type IconName } from './icon';
import { Kbd } from './button';
import styles from './button.module.css';

export interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly icon?: IconName;
  /** The key that brings the cursor here, shown at the end. */
  readonly shortcut?: string;
  readonly inputRef?: Ref<HTMLInputElement>;
}

/** One line of text to type into, with its name for screen readers. */
export function Field({ label, icon, shortcut, inputRef, className, ...rest }: FieldProps) {
  return (
    <label className={`${styles.field} ${className ?? ''}`}>
      {icon && <Icon name={icon} size={14} className="quiet" />}
      <input aria-label={label} ref={inputRef} spellCheck={false} autoComplete="off" {...rest} />
      {shortcut && (
        <span aria-hidden="true">
          <Kbd>{shortcut}</Kbd>
        </span>
      )}
    </label>
  );
}
