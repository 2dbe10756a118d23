'use client';
import { Dialog } from 'radix-ui';
import { Button, Kbd } from '@/components/ui/button';
import { screens, settingsScreen } from './screens';
import styles from './shell.module.css';

const groups: readonly { readonly title: string; readonly keys: readonly (readonly [keys: readonly string[], what: string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      [['/'], 'find an id or a place'],
      [['Ctrl', 'K'], 'the same, also while typing'],
      [['F'], 'filter this screen'],
      [['P'], 'pause and go on'],
      [['U'], 'UTC or local time'],
      [['Shift', 'D'], 'light or dark'],
      [['?'], 'these keys'],
    ],
  },
  {
    title: 'Lists and panels',
    keys: [
      [['J'], 'next row'],
      [['K'], 'row before'],
      [['Enter'], 'open'],
      [['Esc'], 'close, let go'],
      [['['], 'tab before'],
      [[']'], 'next tab'],
    ],
  },
  {
    title: 'Traces',
    keys: [
      [['/'], 'search line of the list'],
      [['J'], 'next event, in every view'],
      [['K'], 'event before'],
      [[']'], 'next view, or tab of the event'],
      [['+'], 'nearer in timeline and graph'],
      [['-'], 'further away'],
      [['0'], 'the whole trace'],
    ],
  },
  {
    title: 'Topology',
    keys: [
      [['T'], 'flow or table'],
      [['0'], 'fit into view'],
      [['+'], 'nearer'],
      [['-'], 'further away'],
    ],
  },
  { title: 'Go to', keys: [...screens, settingsScreen].map((entry) => [['G', entry.key.toUpperCase()], entry.title] as const) },
];

export function HelpDialog({ open, onOpenChange }: { readonly open: boolean; readonly onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.scrim} />
        <Dialog.Content className={styles.help} aria-describedby={undefined}>
          <div className={styles.helpHead}>
            <Dialog.Title asChild>
              <h2>Keys</h2>
            </Dialog.Title>
            <Dialog.Close asChild>
              <Button look="quiet" icon="close" aria-label="Close" />
            </Dialog.Close>
          </div>
          <div className={styles.helpGrid}>
            {groups.map((group) => (
              <section key={group.title}>
                <h3>{group.title}</h3>
                <dl>
                  {group.keys.map(([keys, what]) => (
                    <Entry key={keys.join(' ')} keys={keys} what={what} />
                  ))}
                </dl>
              </section>
            ))}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Entry({ keys, what }: { readonly keys: readonly string[]; readonly what: string }) {
  return (
    <>
      <dt>
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </>
  );
}
