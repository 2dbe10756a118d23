'use client';
import { useEffect, useState } from 'react';
import { Button } from './button';
import { Icon } from './icon';
import styles from './text.module.css';

/** Puts text on the clipboard; false where the browser refuses (no secure context, no right). */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function useCopied(): readonly [copied: 'no' | 'yes' | 'refused', copy: (text: string) => void] {
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  useEffect(() => {
    if (copied === 'no') return;
    const timer = setTimeout(() => setCopied('no'), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void copyText(text).then((done) => setCopied(done ? 'yes' : 'refused'))];
}

/** An id in mono; a click copies all of it, also where it is shown short. */
export function CopyId({ value, short }: { readonly value: string; readonly short?: string }) {
  const [copied, copy] = useCopied();
  return (
    <button
      type="button"
      className={styles.copy}
      title={`${value}\nClick copies it`}
      data-copied={copied !== 'no' || undefined}
      onClick={(event) => {
        event.stopPropagation();
        copy(value);
      }}
    >
      <span>{short ?? value}</span>
      <Icon
        name={copied === 'yes' ? 'check' : 'copy'}
        size={12}
        label={copied === 'yes' ? 'copied' : copied === 'refused' ? 'the browser refused' : undefined}
      />
    </button>
  );
}

export function CopyButton({ text, children = 'Copy' }: { readonly text: string; readonly children?: string }) {
  const [copied, copy] = useCopied();
  return (
    <Button icon={copied === 'yes' ? 'check' : 'copy'} onClick={() => copy(text)} aria-live="polite">
      {copied === 'yes' ? 'Copied' : copied === 'refused' ? 'The browser refused' : children}
    </Button>
  );
}

export interface CodeBlockProps {
  readonly text: string;
  readonly label: string;
  readonly wrap?: boolean;
  readonly copy?: boolean;
}

/** Bodies, stacks, commands: text only, never markup. */
export function CodeBlock({ text, label, wrap = false, copy = true }: CodeBlockProps) {
  const [copied, doCopy] = useCopied();
  return (
    <div className={styles.codeBox}>
      <pre className={`${styles.code} ${wrap ? styles.wrap : ''}`} tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      {copy && (
        <Button
          look="quiet"
          icon={copied === 'yes' ? 'check' : 'copy'}
          aria-label={copied === 'yes' ? 'Copied' : `Copy ${label}`}
          onClick={() => doCopy(text)}
        />
      )}
    </div>
  );
}
