import type { ReactNode } from 'react';
import styles from './page.module.css';

export interface PageProps {
  readonly title: string;
  /** One sentence: the screen's answer in short. */
  readonly answer?: ReactNode;
  /** Fields and buttons at the right of the head. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

/** A screen: its head with title, answer and tools, and what is under it. */
export function Page({ title, answer, tools, children }: PageProps) {
  return (
    <main className={styles.main} id="main">
      <div className={styles.head}>
        <h1>{title}</h1>
        {answer && <p>{answer}</p>}
        <span className="grow" />
        {tools}
      </div>
      {children}
    </main>
  );
}

/** The part of a screen that holds columns and the panel beside each other. */
export function PageBody({ children }: { readonly children: ReactNode }) {
  return <div className={styles.body}>{children}</div>;
}

export function PageColumn({ children, scrolling = false }: { readonly children: ReactNode; readonly scrolling?: boolean }) {
  return <div className={`${styles.column} ${scrolling ? styles.scrolling : ''}`}>{children}</div>;
}

/** A line of 38 px under the head: filters, counts, tabs. */
export function Strip({ children, label }: { readonly children: ReactNode; readonly label?: string }) {
  return (
    <div className={styles.strip} aria-label={label} role={label ? 'group' : undefined}>
      {children}
    </div>
  );
}
