'use client';
import Link from 'next/link';
import { usePathname, useSearchParams } from 'next/navigation';
import { Icon } from '@/components/ui/icon';
import { keepView } from '@/components/live/url-state';
import { isOn, screens, settingsScreen, type ScreenEntry } from './screens';
import { useTrouble, type Trouble } from './use-trouble';
import styles from './shell.module.css';

/** The screens; a number stands only where something needs a look. */
export function Rail() {
  const pathname = usePathname();
  const params = useSearchParams();
  const trouble = useTrouble();
  const item = (entry: ScreenEntry) => (
    <RailItem
      key={entry.href}
      entry={entry}
      href={keepView(params, entry.href)}
      on={isOn(entry, pathname)}
      trouble={entry.href === '/' ? undefined : trouble.get(entry.href)}
    />
  );
  return (
    <nav className={styles.rail} aria-label="Screens">
      <Link href="/" className={styles.logo} aria-label="Eventyard, to the topology" prefetch={false}>
        <Icon name="logo" size={26} />
      </Link>
      {screens.map(item)}
      <span className="grow" />
      {item(settingsScreen)}
    </nav>
  );
}

function RailItem({
  entry,
  href,
  on,
  trouble,
}: {
  readonly entry: ScreenEntry;
  readonly href: string;
  readonly on: boolean;
  readonly trouble: Trouble | undefined;
}) {
  return (
    <Link
      href={href}
      className={styles.item}
      aria-current={on ? 'page' : undefined}
      title={`${entry.title} (G ${entry.key.toUpperCase()})`}
      prefetch={false}
    >
      <Icon name={entry.icon} size={18} />
      <span className={styles.label}>{entry.title}</span>
      {trouble && (
        <span className={styles.count} data-level={trouble.level}>
          {trouble.count}
          <span className="visually-hidden"> need a look</span>
        </span>
      )}
    </Link>
  );
}
