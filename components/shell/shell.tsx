'use client';
import { useState, type ReactNode } from 'react';
import dynamic from 'next/dynamic';
import { useQuery } from '@tanstack/react-query';
import { api } from '@/components/live/api';
import { useFeedPart } from '@/components/live/live-feed-hooks';
import { Toasts } from '@/components/ui/toast';
import { Bar } from './bar';
import { FeedNotice } from './notices';
import { Rail } from './rail';
import { useShellKeys } from './shell-keys';
import { useCutTitles } from './use-cut-titles';
import styles from './shell.module.css';

const CommandPalette = dynamic(() => import('./command-palette').then((module) => module.CommandPalette), { ssr: false });
// Only in the demo: no other page fetches its code.
const DemoStrip = dynamic(() => import('@/components/demo/demo-strip').then((module) => module.DemoStrip), { ssr: false });
const HelpDialog = dynamic(() => import('./help-dialog').then((module) => module.HelpDialog), { ssr: false });

export const useSession = () =>
  useQuery({
    queryKey: ['session'],
    queryFn: api.session,
    staleTime: Infinity,
    refetchInterval: (query) => (query.state.data ? false : 3000),
  });

/** What stands around every screen. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const session = useSession();
  const status = useFeedPart((feed) => feed.status);
  const [overlay, setOverlay] = useState<'find' | 'help' | null>(null);
  // The overlays' code is fetched at the first use and then stays mounted, so that closing keeps focus right.
  const [used, setUsed] = useState<ReadonlySet<'find' | 'help'>>(new Set());
  const open = (which: 'find' | 'help') => (): void => {
    setUsed((before) => new Set(before).add(which));
    setOverlay(which);
  };
  useCutTitles();
  useShellKeys({ find: open('find'), help: open('help') });
  const kind = session.data?.environment.kind;
  return (
    <div className={styles.app} data-feed={status}>
      <a href="#main" className={styles.skip}>
        To the content
      </a>
      <div className={styles.band} data-kind={kind === 'production' || kind === 'staging' ? kind : 'none'} />
      <Rail />
      <Bar session={session.data} onFind={open('find')} />
      <div className={styles.notices}>
        <FeedNotice />
        {session.data?.demo && <DemoStrip />}
      </div>
      <div className={styles.content}>{children}</div>
      {used.has('find') && (
        <CommandPalette open={overlay === 'find'} onOpenChange={(next) => setOverlay(next ? 'find' : null)} onHelp={open('help')} />
      )}
      {used.has('help') && <HelpDialog open={overlay === 'help'} onOpenChange={(next) => setOverlay(next ? 'help' : null)} />}
      <Toasts />
    </div>
  );
}
