'use client';
import { useEffect, useRef } from 'react';

/**
 * All keys of the page in one listener. The part that was mounted last is asked first, and an action that answers `false` passes the key
 * on. Letters are written as they are typed: `j`, `?`, `D` (Shift D); others by their name: `Enter`, `Escape`, `[`. Two keys one after the
 * other, e.g. `g t`, within 1.2 s. `ctrl+k` stands for Ctrl and for Cmd. Nothing is taken while somebody types, except Escape and `ctrl+…`.
 */
export type KeyBindings = Readonly<Record<string, () => void | boolean>>;

const layers: { current: KeyBindings }[] = [];
let lead: { key: string; at: number } | null = null;

/** `under`: asked last, whenever it was mounted (the shell is mounted after the screen inside it when a page is opened by its address). */
export function useKeys(bindings: KeyBindings, place: 'over' | 'under' = 'over'): void {
  const layer = useRef(bindings);
  useEffect(() => {
    layer.current = bindings;
  });
  useEffect(() => {
    if (layers.length === 0) window.addEventListener('keydown', onKeyDown);
    if (place === 'under') layers.unshift(layer);
    else layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) window.removeEventListener('keydown', onKeyDown);
    };
  }, [place]);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const ctrl = event.ctrlKey || event.metaKey;
  const key = ctrl ? `ctrl+${event.key.toLowerCase()}` : event.key;
  if (!ctrl && key !== 'Escape' && (isTyping(event.target) || isPressable(event.target, key))) return;
  const now = event.timeStamp;
  const chord = lead && now - lead.at < 1200 ? `${lead.key} ${key.toLowerCase()}` : null;
  lead = null;
  if (chord && run(chord)) return event.preventDefault();
  if (run(key)) return event.preventDefault();
  if (key.length === 1 && layers.some(({ current }) => Object.keys(current).some((name) => name.startsWith(`${key} `))))
    lead = { key, at: now };
}

function run(key: string): boolean {
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const action = layers[index]?.current[key];
    if (action && action() !== false) return true;
  }
  return false;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.tagName === 'TEXTAREA' ||
    target.tagName === 'SELECT' ||
    (target.tagName === 'INPUT' && !['checkbox', 'radio', 'button'].includes((target as HTMLInputElement).type)));

/** Enter on a button or a link presses it. */
const isPressable = (target: EventTarget | null, key: string): boolean =>
  key === 'Enter' &&
  target instanceof HTMLElement &&
  (target.tagName === 'BUTTON' || target.tagName === 'A' || target.tagName === 'SUMMARY');
