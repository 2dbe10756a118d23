'use client';
import { useState, type ReactNode } from 'react';
import { AlertDialog } from 'radix-ui';
import { Button } from './button';
import styles from './dialog.module.css';

export interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** A question or a statement: "Replay 1 dead letter into shipping.orders". */
  readonly title: string;
  /** What will happen, to whom, what is left out. */
  readonly children: ReactNode;
  /** Verb + object + number + place: "Replay 1 in PRODUCTION". */
  readonly confirm: string;
  /** Asks for a reason that goes on record; the button waits for it. */
  readonly reasonLabel?: string;
  readonly stop?: boolean;
  /** Blocks the button, with the words why. */
  readonly blocked?: string | null;
  /** Runs the action. A thrown error is shown here and the dialog stays. */
  readonly onConfirm: (reason: string) => Promise<void> | void;
}

export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  children,
  confirm,
  reasonLabel,
  stop = false,
  blocked = null,
  onConfirm,
}: ConfirmDialogProps) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const missing = reasonLabel !== undefined && reason.trim().length < 3;

  const run = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await onConfirm(reason.trim());
      setReason('');
      onOpenChange(false);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The action did not run.');
    } finally {
      setBusy(false);
    }
  };

  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={styles.scrim} />
        <AlertDialog.Content className={styles.dialog}>
          <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div>{children}</div>
          </AlertDialog.Description>
          {reasonLabel !== undefined && (
            <label className={styles.reason}>
              {reasonLabel}
              <textarea value={reason} onChange={(event) => setReason(event.target.value)} maxLength={500} />
            </label>
          )}
          {blocked && <p className={styles.problem}>{blocked}</p>}
          {problem && (
            <p className={styles.problem} role="alert">
              {problem}
            </p>
          )}
          <div className={styles.actions}>
            <AlertDialog.Cancel asChild>
              <Button>Cancel</Button>
            </AlertDialog.Cancel>
            <Button
              look={stop ? 'stop' : 'solid'}
              disabled={busy || missing || blocked !== null}
              title={missing ? 'A reason is needed first' : undefined}
              onClick={() => void run()}
            >
              {confirm}
            </Button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
