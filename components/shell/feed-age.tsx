'use client';
import { formatCountdown, formatDuration } from '@/lib/time/format';
import { Lamp, StaleMark } from '@/components/ui/lamp';
import type { FeedSnapshot } from '@/components/live/live-feed';
import { useFeed } from '@/components/live/live-feed-hooks';
import { useNow } from '@/components/live/use-now';
import type { LampKind } from '@/components/ui/lamp';
import styles from './shell.module.css';

export interface AgeWords {
  readonly lamp: LampKind | 'stale';
  readonly text: string;
  readonly title: string;
}

/** What the bar says about the feed: a lamp, a few words, and the whole sentence on hover. */
export function ageWords(feed: FeedSnapshot, now: number): AgeWords {
  const since = (at: number | null): string => formatCountdown(Math.max(0, now - (at ?? now)));
  switch (feed.status) {
    case 'connecting':
      return { lamp: 'off', text: 'connecting', title: 'Waiting for the first live frame' };
    case 'disconnected':
      return {
        lamp: 'warn',
        text: `no link ${since(feed.lostAt)}`,
        title: 'The live link is lost; it is tried again by itself and what was missed is asked for',
      };
    case 'stale':
      return { lamp: 'stale', text: `Stale ${since(feed.lostAt)}`, title: 'The live link is lost; this is the last picture' };
    case 'paused':
      return {
        lamp: 'paused',
        text: `Paused ${since(feed.pausedAt)}`,
        title: `The picture stands; events are still taken in. ${feed.waiting} updates wait.`,
      };
    default:
      return shownAge(feed, now);
  }
}

function shownAge(feed: FeedSnapshot, now: number): AgeWords {
  if (feed.feed?.collector === 'gone')
    return {
      lamp: 'bad',
      text: 'collector gone',
      title: 'The collector does not answer; it is started again by itself and goes on where it stopped',
    };
  if (feed.feed?.store === 'down')
    return { lamp: 'bad', text: 'store down', title: 'The store does not answer; taps wait and keep their place' };
  const silence = now - (feed.frameAt ?? now);
  if (feed.status === 'behind' && silence > 5000)
    return {
      lamp: 'warn',
      text: `no news ${formatCountdown(silence)}`,
      title: 'The link stands, but the server has said nothing for this long',
    };
  const behind = feed.feed?.behindMs ?? null;
  if (behind === null) return { lamp: 'idle', text: 'no events yet', title: 'Connected; nothing was published since the taps are open' };
  if (feed.status === 'behind')
    return {
      lamp: 'warn',
      text: `${formatDuration(behind)} behind`,
      title: 'The newest stored event is this old; the store or a broker link is slow',
    };
  if (feed.feed?.rate === 0 && feed.feed.newestAt !== null) {
    return {
      lamp: 'ok',
      text: `quiet ${formatCountdown(Math.max(0, now + feed.clockSkewMs - feed.feed.newestAt))}`,
      title: 'Live; no event was published since',
    };
  }
  return { lamp: 'ok', text: `${formatDuration(behind)} behind`, title: 'Live; age of the newest event when it was stored and announced' };
}

export function FeedAge() {
  const feed = useFeed();
  const now = useNow(1000);
  const words = ageWords(feed, now);
  return (
    <span className={styles.age} title={words.title} role="status">
      {words.lamp === 'stale' ? (
        <>
          <StaleMark />
          {words.text}
        </>
      ) : (
        <Lamp kind={words.lamp} ink>
          {words.text}
        </Lamp>
      )}
    </span>
  );
}
