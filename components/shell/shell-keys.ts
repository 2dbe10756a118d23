'use client';
import { useRouter, useSearchParams } from 'next/navigation';
import { useKeys } from '@/components/ui/keys';
import { liveFeed } from '@/components/live/live-feed-hooks';
import { readPreferences, shownTheme, writePreferences } from '@/components/live/preferences';
import { keepView } from '@/components/live/url-state';
import { screens, settingsScreen } from './screens';

export const togglePause = (): void => (liveFeed.getSnapshot().pausedAt === null ? liveFeed.pause() : liveFeed.resume());
export const toggleZone = (): void => writePreferences({ zone: readPreferences().zone === 'utc' ? 'local' : 'utc' });
export const toggleTheme = (): void => writePreferences({ theme: shownTheme() === 'dark' ? 'light' : 'dark' });

/** The keys that work on every screen; screens add theirs by `useKeys` and are asked first. */
export function useShellKeys(open: { readonly find: () => void; readonly help: () => void }): void {
  const router = useRouter();
  const params = useSearchParams();
  const going = Object.fromEntries(
    [...screens, settingsScreen].map((entry) => [`g ${entry.key}`, () => router.push(keepView(params, entry.href))]),
  );
  useKeys(
    {
      'ctrl+k': open.find,
      '/': open.find,
      '?': open.help,
      f: focusFilter,
      p: togglePause,
      u: toggleZone,
      D: toggleTheme,
      '[': () => stepTab(-1),
      ']': () => stepTab(1),
      ...going,
    },
    'under',
  );
}

/** The screen's filter is the field that carries `data-filter`. */
function focusFilter(): boolean {
  const field = document.querySelector<HTMLInputElement>('input[data-filter]');
  field?.focus();
  field?.select();
  return field !== null;
}

/** The tab before or after, in the innermost list of tabs on the screen. */
function stepTab(by: number): boolean {
  const list = [...document.querySelectorAll('[role="tablist"]')].at(-1);
  const tabs = [...(list?.querySelectorAll<HTMLElement>('[role="tab"]') ?? [])];
  const at = tabs.findIndex((tab) => tab.getAttribute('aria-selected') === 'true');
  const next = tabs[at + by];
  next?.click();
  return next !== undefined;
}
