'use client';
import { liveFeed, useFeedPart } from '@/components/live/live-feed-hooks';
import { Button } from '@/components/ui/button';
import { Lamp, StaleMark } from '@/components/ui/lamp';
import { Time } from '@/components/ui/time';
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
