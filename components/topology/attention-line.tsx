'use client';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import type { Attention } from '@/lib/contract/topology';
import { Lamp } from '@/components/ui/lamp';
import { keepView } from '@/components/live/url-state';
import styles from './topology.module.css';

const MOST = 3;

/** What needs a look, in words with numbers, first. */
export function AttentionLine({ items }: { readonly items: readonly Attention[] }) {
  const params = useSearchParams();
  if (items.length === 0) {
    return (
      <div className={styles.attention}>
        <Lamp kind="ok" ink>
          Nothing needs a look
        </Lamp>
      </div>
    );
  }
  return (
    <div className={styles.attention} role="group" aria-label="Needs a look">
      <b>
        {items.length} {items.length === 1 ? 'needs' : 'need'} a look
      </b>
      {items.slice(0, MOST).map((item) => (
        <Link key={`${item.href} ${item.text}`} href={keepView(params, item.href)} title={item.detail} prefetch={false}>
          <Lamp kind={item.text.includes('stuck') ? 'stuck' : item.level} ink>
            <span className="truncate">{item.text}</span>
          </Lamp>
        </Link>
      ))}
      {items.length > MOST && (
        <span
          className="quiet"
          title={items
            .slice(MOST)
            .map((item) => item.text)
            .join('\n')}
        >
          and {items.length - MOST} more
        </span>
      )}
    </div>
  );
}
