'use client';
import type { TopologyView } from '@/lib/contract/topology';
import type { TapCard } from '@/lib/contract/taps';
import { formatExact } from '@/lib/time/format';
import { Button, LinkButton } from '@/components/ui/button';
import { Figure, Figures } from '@/components/ui/figure';
import { Icon } from '@/components/ui/icon';
import { Lamp } from '@/components/ui/lamp';
import { Loading } from '@/components/ui/states';
import { systemTitles } from '@/components/ui/tags';
import { TapProblem } from './tap-problem';
import { tapState, useTaps } from './use-taps';
import styles from './settings.module.css';

const never = [
  'It never commits an offset of your groups.',
  'It never acknowledges your messages.',
  'It never makes a message routable that was not.',
  'It publishes only when a person presses replay.',
];

/** Is it working yet? One card per broker until the first event is there; it goes away by itself. */
export function FirstRun({ view, onOpen }: { readonly view: TopologyView; readonly onOpen: () => void }) {
  const { query, taps } = useTaps();
  const stored = taps.reduce((sum, tap) => sum + tap.stored, 0);
  const troubled = taps.filter((tap) => tap.problem !== null).length;
  return (
    <main className={styles.first} id="main">
      <div className={styles.setup}>
        <h1>{headlineOf(taps, troubled)}</h1>
        <p>
          {query.data !== undefined && taps.length === 0
            ? 'Name your brokers in the configuration and start Eventyard again; this page then says what it sees of each.'
            : 'The picture draws itself as soon as an event is published; nothing has to be done here for that.'}
        </p>
        {query.data === undefined && !query.error ? (
          <Loading what="asking for the taps" />
        ) : (
          <div className={styles.cards}>
            {taps.map((tap) => (
              <TapRow key={tap.tap} tap={tap} view={view} />
            ))}
            <div className={styles.card}>
              <Lamp kind={view.nodes.length > 0 ? 'ok' : 'off'} label={view.nodes.length > 0 ? 'works' : 'not yet'} />
              <div>
                <b>Topology</b>
                <small>{view.nodes.length > 0 ? 'Declared' : 'Nothing declared yet'}</small>
              </div>
              <p>
                {view.nodes.length > 0
                  ? `${view.nodes.length} channels, inboxes and services are declared by the brokers. They are drawn hollow until events take these ways.`
                  : 'No channel, group or queue was found yet. New ones are found within 30 s.'}
              </p>
              <Button onClick={onOpen}>Open it</Button>
            </div>
            {taps.length === 0 && (
              <div className={styles.card}>
                <Lamp kind="stop" label="missing" />
                <div>
                  <b>Brokers</b>
                  <small>Not set up</small>
                </div>
                <p>
                  No tap is there. Name a broker in <code>eventyard.yaml</code>, or try the shop: <code>npm run demo</code>.
                </p>
                <LinkButton href="/settings">What is wrong</LinkButton>
              </div>
            )}
          </div>
        )}
      </div>
      <aside className={styles.side} aria-label="What was seen so far">
        <section>
          <h3>Seen so far</h3>
          <Figures>
            <Figure value={formatExact(stored)} what="events" display />
            <Figure value={formatExact(taps.reduce((sum, tap) => sum + tap.channels.length, 0))} what="channels listened on" display />
          </Figures>
        </section>
        <section>
          <h3>What Eventyard never does</h3>
          <ul className={styles.never}>
            {never.map((each) => (
              <li key={each}>
                <Icon name="check" size={14} />
                {each}
              </li>
            ))}
          </ul>
        </section>
      </aside>
    </main>
  );
}

export function headlineOf(taps: readonly TapCard[], troubled: number): string {
  if (taps.length === 0) return 'No broker is connected yet.';
  if (troubled === taps.length) return 'No broker can be read yet.';
  if (taps.every((tap) => tap.status === 'starting')) return 'Connecting to your brokers.';
  return troubled > 0 ? 'Connected in part. Waiting for the first event.' : 'Connected. Waiting for the first event.';
}

const counted = (count: number, word: string): string => `${count === 0 ? 'no' : formatExact(count)} ${word}${count === 1 ? '' : 's'}`;

function TapRow({ tap, view }: { readonly tap: TapCard; readonly view: TopologyView }) {
  const [lamp, word] = tapState(tap);
  const inboxes = view.nodes.filter((node) => node.kind === 'inbox' && node.broker === tap.broker).length;
  return (
    <>
      <div className={styles.card}>
        <Lamp kind={lamp} label={word} />
        <div>
          <b>{tap.tap}</b>
          <small>{word}</small>
        </div>
        <p>
          <b>{counted(tap.channels.length, tap.system === 'kafka' ? 'topic' : 'exchange')}</b> and{' '}
          {counted(inboxes, tap.system === 'kafka' ? 'group' : 'queue')} on {tap.product ?? systemTitles[tap.system]}.
          {tap.notes.length > 0 ? ` ${counted(tap.notes.length, 'thing')} we cannot see.` : ''}
        </p>
        <LinkButton href="/settings">What that means</LinkButton>
      </div>
      <TapProblem tap={tap} />
    </>
  );
}
