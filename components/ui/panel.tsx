'use client';
import type { ReactNode } from 'react';
import { Button } from './button';
import { CopyLinkButton } from './copy-link';
import { useKeys } from './keys';
import styles from './page.module.css';

export interface PanelProps {
  /** For screen readers: "Selected edge". */
  readonly label: string;
  /** What kind of thing, where: "Route, RabbitMQ shop-rabbit". */
  readonly eyebrow: ReactNode;
  readonly title: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
}

/** The selected thing, 356 px at the right of a `PageBody`; below 1180 px a drawer over it. Esc closes. */
export function Panel({ label, eyebrow, title, onClose, children, footer }: PanelProps) {
  useKeys({ Escape: onClose });
  return (
    <aside className={styles.panel} aria-label={label}>
      <header className={styles.panelHead}>
        <div className={styles.panelTop}>
          <span className={`${styles.eyebrow} truncate`}>{eyebrow}</span>
          <span className="row">
            <CopyLinkButton />
            <Button look="quiet" icon="close" aria-label="Close" title="Close (Esc)" onClick={onClose} />
          </span>
        </div>
        <h2 className={styles.panelTitle}>{title}</h2>
      </header>
      {/* It scrolls, so the keyboard has to reach it also when nothing in it can be pressed. */}
      <div className={styles.panelBody} tabIndex={0} role="region" aria-label={`${label}, details`}>
        {children}
      </div>
      {footer && <footer className={styles.panelFoot}>{footer}</footer>}
    </aside>
  );
}

/** The line of tabs of a panel: it stays while the rest scrolls. */
export const PanelTabs = ({ children }: { readonly children: ReactNode }) => <div className={styles.panelTabs}>{children}</div>;

export function PanelSection({ title, children }: { readonly title?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className={styles.section}>
      {title && <h3>{title}</h3>}
      {children}
    </section>
  );
}
