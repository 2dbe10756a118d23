'use client';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { useKeys } from './keys';
import styles from './popover.module.css';

export interface PopoverProps {
  /** The button's content. */
  readonly button: ReactNode;
  readonly label: string;
  readonly children: (close: () => void) => ReactNode;
  readonly align?: 'start' | 'end';
  readonly className?: string;
}

/** A button that opens a small sheet under it; Esc, a click elsewhere and leaving it by Tab close it. */
export function Popover({ button, label, children, align = 'start', className }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = (): void => setOpen(false);
  useKeys({
    Escape: () => {
      if (!open) return false;
      close();
      root.current?.querySelector('button')?.focus();
    },
  });
  useEffect(() => {
    if (!open) return;
    const onOutside = (event: Event): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', onOutside);
    document.addEventListener('focusin', onOutside);
    return () => {
      document.removeEventListener('pointerdown', onOutside);
      document.removeEventListener('focusin', onOutside);
    };
  }, [open]);
  return (
    <div ref={root} className={`${styles.root} ${className ?? ''}`}>
      <button
        type="button"
        className={styles.button}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div id={id} role="dialog" aria-label={label} className={`${styles.sheet} ${align === 'end' ? styles.end : ''}`}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
