'use client';
import { useSyncExternalStore } from 'react';
import type { TimeZone } from '@/lib/time/format';

/** What one person likes on one machine. One safe wrapper: a browser that refuses storage only forgets. */
export interface Preferences {
  readonly theme: 'light' | 'dark' | 'system';
  readonly zone: TimeZone;
}

const KEY = 'eventyard.preferences';
const fallback: Preferences = { theme: 'system', zone: 'utc' };

let current: Preferences | null = null;
const listeners = new Set<() => void>();

export function readPreferences(): Preferences {
  if (current === null) {
    const saved = readStored<Partial<Preferences>>(KEY);
    current = {
      theme: saved?.theme === 'light' || saved?.theme === 'dark' ? saved.theme : 'system',
      zone: saved?.zone === 'local' ? 'local' : 'utc',
    };
  }
  return current;
}

export function writePreferences(change: Partial<Preferences>): void {
  current = { ...readPreferences(), ...change };
  writeStored(KEY, current);
  if (change.theme) applyTheme(change.theme);
  for (const listener of listeners) listener();
}

/** JSON from local storage; null when it is missing, broken or refused. */
export function readStored<Value>(key: string): Value | null {
  try {
    const text = window.localStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as Value);
  } catch {
    return null;
  }
}

export function writeStored(key: string, value: unknown): void {
  try {
    window.localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full or refused: the choice lasts as long as the page.
  }
}

function applyTheme(theme: Preferences['theme']): void {
  document.documentElement.dataset.theme = theme === 'system' ? systemTheme() : theme;
}

export const systemTheme = (): 'light' | 'dark' => (window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

/** The theme on the screen now. */
export const shownTheme = (): 'light' | 'dark' => (document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light');

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, readPreferences, () => fallback);
}

export const useZone = (): TimeZone => usePreferences().zone;
