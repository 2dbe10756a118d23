'use client';
import { useEffect, useState, type ReactNode } from 'react';
import { useRouter, useSearchParams } from 'next/navigation';
import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { Dialog } from 'radix-ui';
import type { PlaceHit } from '@/lib/contract/find';
import { Kbd } from '@/components/ui/button';
import { Icon, type IconName } from '@/components/ui/icon';
import { Time } from '@/components/ui/time';
import { toneOf } from '@/components/ui/tags';
import { api } from '@/components/live/api';
import { keepView } from '@/components/live/url-state';
import { shownTheme } from '@/components/live/preferences';
import { screens, settingsScreen } from './screens';
import { togglePause, toggleTheme, toggleZone } from './shell-keys';
import styles from './shell.module.css';

export interface CommandPaletteProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onHelp: () => void;
}

/** Get me there: ids first, then places, then actions; `>` only actions. What the server finds comes below and never reorders. */
export function CommandPalette({ open, onOpenChange, onHelp }: CommandPaletteProps) {
  const [text, setText] = useState('');
  const asked = useSettled(text.trim(), 150);
  const actionsOnly = text.startsWith('>');
  const found = useQuery({
    queryKey: ['find', asked],
    queryFn: ({ signal }) => api.find(asked, signal),
    enabled: open && asked.length > 0 && !actionsOnly,
    staleTime: 10_000,
    retry: false,
  });
  const close = (): void => {
    onOpenChange(false);
    setText('');
  };
  const go = useGo(close);
  const needle = (actionsOnly ? text.slice(1) : text).trim();
  const hits = asked.length > 0 && !actionsOnly ? found.data : undefined;
  const actions = paletteActions(close, onHelp).filter((action) => matches(action.title, needle));
  const places = actionsOnly ? [] : [...screens, settingsScreen].filter((entry) => matches(entry.title, needle));
  const nothing = !hits?.ids.length && !hits?.places.length && places.length === 0 && actions.length === 0;

  return (
    <Dialog.Root open={open} onOpenChange={(next) => (next ? onOpenChange(true) : close())}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.scrim} />
        <Dialog.Content className={styles.palette} aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">Find or do</Dialog.Title>
          <Command shouldFilter={false} loop label="Find or do">
            <div className={styles.paletteField}>
              <Icon name="search" size={18} className="muted" />
              <Command.Input
                value={text}
                onValueChange={setText}
                placeholder="An id, a service, a channel; > for actions"
                maxLength={400}
              />
              <Kbd>Esc</Kbd>
            </div>
            <Command.List label="Found">
              {nothing && <Command.Empty>{emptyWords(text.trim(), found.isFetching, found.error)}</Command.Empty>}
              {hits && hits.ids.length > 0 && (
                <Command.Group heading="Ids found in events">
                  {hits.ids.map((hit) => (
                    <Item
                      key={`${hit.field} ${hit.value} ${hit.event.id}`}
                      value={`id ${hit.field} ${hit.value} ${hit.event.id}`}
                      icon={hit.event.deadLetter ? 'dead-letter-inbox' : 'traces'}
                      tone={hit.event.deadLetter ? 'tone-bad' : 'muted'}
                      onSelect={() => go(hit.href)}
                      aside={<Time at={hit.event.observedAt} />}
                    >
                      {hit.event.type ?? 'event'} with {fieldWords(hit.field)} <span className="mono">{marked(hit.value, asked)}</span>
                    </Item>
                  ))}
                </Command.Group>
              )}
              {((hits && hits.places.length > 0) || places.length > 0) && (
                <Command.Group heading="Go to">
                  {hits?.places.map((hit) => (
                    <Item
                      key={hit.href}
                      value={`place ${hit.href}`}
                      icon={placeIcon(hit)}
                      tone={hit.system ? toneOf(hit.system) : 'muted'}
                      onSelect={() => go(hit.href)}
                      aside={hit.broker ?? undefined}
                    >
                      {placeWord(hit)} {marked(hit.title, asked)}
                    </Item>
                  ))}
                  {places.map((entry) => (
                    <Item
                      key={entry.href}
                      value={`screen ${entry.href}`}
                      icon={entry.icon}
                      onSelect={() => go(entry.href)}
                      aside={<KeysOf keys={['G', entry.key.toUpperCase()]} />}
                    >
                      {entry.title}
                    </Item>
                  ))}
                </Command.Group>
              )}
              {actions.length > 0 && (
                <Command.Group heading="Do">
                  {actions.map((action) => (
                    <Item
                      key={action.title}
                      value={`do ${action.title}`}
                      icon={action.icon}
                      onSelect={action.run}
                      aside={<KeysOf keys={action.keys} />}
                    >
                      {action.title}
                    </Item>
                  ))}
                </Command.Group>
              )}
            </Command.List>
            <div className={styles.paletteFoot} aria-hidden="true">
              <span>
                <Kbd>↑</Kbd> <Kbd>↓</Kbd> choose
              </span>
              <span>
                <Kbd>Enter</Kbd> open
              </span>
              <span>
                <Kbd>Ctrl Enter</Kbd> new tab
              </span>
              <span>
                start with <Kbd>&gt;</Kbd> for actions
              </span>
            </div>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface ItemProps {
  readonly value: string;
  readonly icon: IconName;
  readonly tone?: string;
  readonly onSelect: () => void;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

function Item({ value, icon, tone = 'muted', onSelect, aside, children }: ItemProps) {
  return (
    <Command.Item value={value} onSelect={onSelect}>
      <Icon name={icon} className={tone} />
      <span className="truncate">{children}</span>
      {aside !== undefined && <span className={styles.paletteAside}>{aside}</span>}
    </Command.Item>
  );
}

function KeysOf({ keys }: { readonly keys: readonly string[] }) {
  return keys.map((key) => <Kbd key={key}>{key}</Kbd>);
}

/** Goes there; with Ctrl or Cmd held, in a new tab. */
function useGo(close: () => void): (href: string) => void {
  const router = useRouter();
  const params = useSearchParams();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => setHeld(event.ctrlKey || event.metaKey);
    window.addEventListener('keydown', onKey, true);
    window.addEventListener('keyup', onKey, true);
    return () => {
      window.removeEventListener('keydown', onKey, true);
      window.removeEventListener('keyup', onKey, true);
    };
  }, []);
  return (href) => {
    const target = keepView(params, href);
    if (held) window.open(target, '_blank', 'noopener');
    else router.push(target);
    close();
  };
}

interface PaletteAction {
  readonly title: string;
  readonly icon: IconName;
  readonly keys: readonly string[];
  readonly run: () => void;
}

function paletteActions(close: () => void, onHelp: () => void): readonly PaletteAction[] {
  const then = (action: () => void) => () => {
    close();
    action();
  };
  return [
    { title: 'Pause or go on with live updates', icon: 'pause', keys: ['P'], run: then(togglePause) },
    { title: 'Switch between UTC and local time', icon: 'clock', keys: ['U'], run: then(toggleZone) },
    {
      title: shownTheme() === 'dark' ? 'Switch to the light theme' : 'Switch to the dark theme',
      icon: 'theme',
      keys: ['Shift', 'D'],
      run: then(toggleTheme),
    },
    { title: 'Show all keys', icon: 'help', keys: ['?'], run: then(onHelp) },
  ];
}

const matches = (title: string, needle: string): boolean => needle === '' || title.toLowerCase().includes(needle.toLowerCase());

const placeWords: Record<PlaceHit['kind'], string> = { service: 'Service', channel: 'Channel', inbox: 'Inbox', saga: 'Saga' };

function placeWord(hit: PlaceHit): string {
  if (hit.kind === 'channel') return hit.system === 'rabbitmq' ? 'Exchange' : 'Topic';
  if (hit.kind === 'inbox') return hit.system === 'rabbitmq' ? 'Queue' : 'Group';
  return placeWords[hit.kind];
}

function placeIcon(hit: PlaceHit): IconName {
  if (hit.kind === 'service') return 'service';
  if (hit.kind === 'saga') return 'sagas';
  if (hit.kind === 'channel') return hit.system === 'rabbitmq' ? 'exchange-topic' : 'topic';
  return hit.system === 'rabbitmq' ? 'queue' : 'group';
}

/** `traceId` → trace id, `businessKey order` → order. */
const fieldWords = (field: string): string =>
  field.replace(/^businessKey /, '').replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);

/** The part that was typed, underlined. */
function marked(text: string, needle: string): ReactNode {
  const at = needle === '' ? -1 : text.toLowerCase().indexOf(needle.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + needle.length)}</mark>
      {text.slice(at + needle.length)}
    </>
  );
}

function emptyWords(text: string, fetching: boolean, error: Error | null): string {
  if (error) return `${error.message} Screens and actions can still be chosen.`;
  if (fetching) return 'Asking the store';
  return text === '' ? 'Type an id or a name.' : `Nothing seen carries “${text}”. Ids are found as they were sent; names by any part.`;
}

/** The value once it stood still for `ms`. */
function useSettled<Value>(value: Value, ms: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
