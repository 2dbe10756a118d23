'use client';
import { useSyncExternalStore } from 'react';
import { Button } from './button';
import { Lamp, type LampKind } from './lamp';
import styles from './dialog.module.css';

interface Toast {
  readonly id: number;
  readonly kind: LampKind;
  readonly text: string;
}

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says that something happened, for 6 s; what went wrong stays until it is closed. At most four at once. */
export function toast(text: string, kind: LampKind = 'ok'): void {
  const id = nextId++;
  change([...toasts.slice(-3), { id, kind, text }]);
  if (kind === 'ok') setTimeout(() => dismiss(id), 6000);
}

const dismiss = (id: number): void => change(toasts.filter((each) => each.id !== id));

const none: readonly Toast[] = [];

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
    () => none,
  );
  return (
    <div className={styles.toasts} role="status" aria-live="polite">
      {shown.map((each) => (
        <div key={each.id} className={styles.toast}>
          <span className="grow">
            <Lamp kind={each.kind} ink>
              {each.text}
            </Lamp>
          </span>
          <Button look="quiet" icon="close" aria-label="Dismiss" onClick={() => dismiss(each.id)} />
        </div>
      ))}
    </div>
  );
}
