'use client';
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api } from '@/components/live/api';
import { liveFeed, useFeedPart } from '@/components/live/live-feed-hooks';
import { Button } from '@/components/ui/button';
import { Lamp, StaleMark } from '@/components/ui/lamp';
import { Time } from '@/components/ui/time';
import { toast } from '@/components/ui/toast';
import styles from './shell.module.css';

/** When the live link is lost or a half is gone: what, since when, what still works, a button. */
export function FeedNotice() {
  const lostAt = useFeedPart((feed) => feed.lostAt);
  const status = useFeedPart((feed) => feed.status);
  const collector = useFeedPart((feed) => feed.feed?.collector ?? 'present');
  const store = useFeedPart((feed) => feed.feed?.store ?? 'ready');
  if (status === 'stale' && lostAt !== null) {
    return (
      <div className={styles.lost} role="alert">
        <StaleMark />
        <span className="grow truncate">
          <b>
            Stale since <Time at={lostAt * 1000} />.
          </b>{' '}
          The link is down; this is the last picture. Taps go on and keep their place; what was missed is asked for when the link is back.
        </span>
        <Button onClick={() => liveFeed.reconnect()}>Reconnect</Button>
      </div>
    );
  }
  if (lostAt !== null || (collector === 'present' && store === 'ready')) return null;
  return (
    <div className={styles.lost} role="alert">
      <Lamp kind="bad" label="trouble" />
      <span className="grow truncate">
        {collector === 'gone' ? (
          <>
            <b>The collector does not answer.</b> It is started again by itself; stored events can be read, nothing new comes in until then.
          </>
        ) : (
          <>
            <b>The store does not answer.</b> It is started again by itself; taps wait and keep their place, nothing is lost.
          </>
        )}
      </span>
    </div>
  );
}

/** Only in the demo: what the shop does. */
export function DemoStrip() {
  const [chosen, setChosen] = useState<string | null>(null);
  const scenarios = useQuery({ queryKey: ['demo-scenario'], queryFn: () => api.demoScenarios(), staleTime: Infinity, retry: 2 });
  if (!scenarios.data) return null;
  const current = chosen ?? scenarios.data.scenario;
  const choose = (scenario: string): void => {
    setChosen(scenario);
    api.demoScenario(scenario).catch((error: unknown) => {
      setChosen(null);
      toast(error instanceof Error ? error.message : 'The shop did not answer.', 'bad');
    });
  };
  return (
    <div className={styles.demo} role="group" aria-label="The demo shop">
      <span>
        <b>Demo.</b> A small shop runs in this process. Let it:
      </span>
      <span className={styles.scenarios}>
        {scenarios.data.scenarios.map((scenario) => (
          <button key={scenario} type="button" aria-pressed={scenario === current} onClick={() => choose(scenario)}>
            {scenario.replaceAll('-', ' ')}
          </button>
        ))}
      </span>
    </div>
  );
}
