import type { IconName } from '@/components/ui/icon';

export interface ScreenEntry {
  readonly href: string;
  readonly title: string;
  readonly icon: IconName;
  /** The letter after `g`. */
  readonly key: string;
}

/** Every screen of the product, in the order of the rail; the last stands at its foot. */
export const screens: readonly ScreenEntry[] = [
  { href: '/', title: 'Topology', icon: 'topology', key: 't' },
  { href: '/traces', title: 'Traces', icon: 'traces', key: 'r' },
  { href: '/sagas', title: 'Sagas', icon: 'sagas', key: 's' },
  { href: '/lag', title: 'Lag', icon: 'lag', key: 'l' },
  { href: '/queues', title: 'Queues', icon: 'queues', key: 'q' },
  { href: '/dead-letters', title: 'Dead letters', icon: 'dead-letters', key: 'd' },
];

export const settingsScreen: ScreenEntry = { href: '/settings', title: 'Settings', icon: 'settings', key: 'c' };

export const isOn = (entry: ScreenEntry, pathname: string): boolean =>
  entry.href === '/' ? pathname === '/' : pathname === entry.href || pathname.startsWith(`${entry.href}/`);
