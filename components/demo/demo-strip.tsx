'use client';
import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/components/live/api';
import { Button } from '@/components/ui/button';
import { Lamp } from '@/components/ui/lamp';
import { toast } from '@/components/ui/toast';
import type { DemoView } from '@/lib/contract/demo';
import styles from './demo-strip.module.css';

const KEY = ['demo-scenario'];

/** Only in the demo: what the shop plays, how far it is, what to look at, and the choice of another story. */
export function DemoStrip() {
  const queries = useQueryClient();
  const [wanted, setWanted] = useState<string | null>(null);
  const { data } = useQuery({ queryKey: KEY, queryFn: () => api.demoScenarios(), refetchInterval: 2_000, retry: 2 });
  if (!data) return null;
  const chosen = wanted ?? data.scenario;
  const play = (): void => {
    api
      .demoScenario(chosen)
      .then((view) => {
        queries.setQueryData(KEY, view);
        setWanted(null);
      })
      .catch((error: unknown) => toast(error instanceof Error ? error.message : 'The shop did not answer.', 'bad'));
  };
  return (
    <form
      className={styles.strip}
      aria-label="The demo shop"
      onSubmit={(event) => {
        event.preventDefault();
        play();
      }}
    >
      <label className={styles.label}>
        <b>Demo.</b> The shop plays
        <select className={styles.choice} value={chosen} onChange={(event) => setWanted(event.target.value)}>
          {data.scenarios.map(({ name }) => (
            <option key={name} value={name}>
              {name.replaceAll('-', ' ')}
            </option>
          ))}
        </select>
      </label>
      <Button type="submit" disabled={chosen === data.scenario && data.state === 'starting'}>
        {chosen === data.scenario ? 'Play again' : 'Play'}
      </Button>
      <Progress view={data} />
      <span className="grow truncate quiet">Look for: {data.scenarios.find(({ name }) => name === chosen)?.shows}</span>
    </form>
  );
}

function Progress({ view }: { readonly view: DemoView }) {
  return (
    <span className="row nowrap" role="status">
      <Lamp
        kind={view.state === 'failed' || view.differences.length > 0 ? 'warn' : view.state === 'over' ? 'idle' : 'ok'}
        label={view.state}
      />
      <span className="num" title={view.differences.join('\n')}>
        {progressWords(view)}
      </span>
    </span>
  );
}

/** How far the story is, in a few words. */
export function progressWords({ state, placed, orders, differences }: DemoView): string {
  if (state === 'starting') return 'opening';
  if (state === 'failed') return 'stopped: the shop did not answer';
  if (state === 'playing') return orders === null ? `${placed} orders` : `${placed} of ${orders} orders`;
  return differences.length === 0 ? 'over, all as planned' : `over, ${differences.length} counted otherwise`;
}
