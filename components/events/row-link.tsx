import Link from 'next/link';
import type { ReactNode } from 'react';
import styles from './events.module.css';

/** A table whose rows are links: see `RowLink`. */
export function LinkRows({ children }: { readonly children: ReactNode }) {
  return <div className={styles.linkRows}>{children}</div>;
}

/**
 * The link of a row covers all of it: a click opens, a middle click opens a tab, and a reader hears one link. The click goes no further:
 * a row that also selected itself would write the address while the link leaves it.
 */
export function RowLink({ href, title, children }: { readonly href: string; readonly title?: string; readonly children: ReactNode }) {
  return (
    <Link href={href} prefetch={false} className={styles.rowLink} title={title} onClick={(event) => event.stopPropagation()}>
      {children}
    </Link>
  );
}
