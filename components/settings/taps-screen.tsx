'use client';
import type { GapRow, TapCard, TapsView } from '@/lib/contract/taps';
import { formatBytes, formatCount, formatDuration, formatExact, formatRate } from '@/lib/time/format';
import { Chip } from '@/components/ui/chip';
import { Lamp } from '@/components/ui/lamp';
import { Page, PageBody, PageColumn } from '@/components/ui/page';
import { EmptyState } from '@/components/ui/states';
import { PlainTable, type Column } from '@/components/ui/table';
import { BrokerTag, ChannelTag, systemTitles } from '@/components/ui/tags';
import { Age, Time } from '@/components/ui/time';
import { QueryGate } from '@/components/live/query-gate';
import { TapProblem } from './tap-problem';
import { tapState, useTaps } from './use-taps';
import styles from './settings.module.css';

export function TapsScreen() {
  const { query, taps } = useTaps();
  const down = taps.filter((tap) => tap.status === 'failed' || tap.status === 'retrying').length;
  return (
    <Page
      title="Taps"
      answer="What Eventyard sees, what it misses, and what to do about it."
      tools={down > 0 ? <Lamp kind="stop">{down === 1 ? '1 tap is down' : `${down} taps are down`}</Lamp> : undefined}
    >
      <PageBody>
        <PageColumn>
          <QueryGate query={query} what="the taps" works="Stored events can be read on the other screens.">
            {(view) => (
              <>
                <div className="grow" style={{ overflow: 'auto', minHeight: 0 }}>
                  {taps.length === 0 ? (
                    <EmptyState title="No tap is configured">
                      Name a broker in the configuration file (`brokers:`) and start again; `npm run eventyard -- check-config` says what is
                      missing.
                    </EmptyState>
                  ) : (
                    taps.map((tap) => <Tap key={tap.tap} tap={tap} />)
                  )}
                </div>
                <Foot view={view} />
              </>
            )}
          </QueryGate>
        </PageColumn>
      </PageBody>
    </Page>
  );
}

function Tap({ tap }: { readonly tap: TapCard }) {
  const [lamp, word] = tapState(tap);
  const unknownCounts = tap.gaps.some((gap) => gap.count === null);
  const missed = tap.gaps.reduce((sum, gap) => sum + (gap.count ?? 0), 0);
  return (
    <section className={styles.tap} aria-label={`Tap ${tap.tap}`}>
      <header>
        <BrokerTag system={tap.system} inProcess={tap.inProcess} size={16} />
        <h2>{tap.tap}</h2>
        <span className="muted truncate grow">
          {tap.inProcess ? `plays ${systemTitles[tap.system]} inside this process` : (tap.product ?? systemTitles[tap.system])}
          {tap.broker !== tap.tap ? `, broker ${tap.broker}` : ''}
        </span>
        <Lamp kind={lamp} ink={lamp === 'ok'}>
          {word}
        </Lamp>
        <span className="muted num nowrap">{formatRate(tap.rate).replace('/s', '')} events/s</span>
      </header>
      <TapProblem tap={tap} />
      <dl className={styles.facts}>
        <dt>State</dt>
        <dd>
          {word} since <Time at={tap.since * 1000} />,{' '}
          {tap.behindMs === null ? 'no event stored yet' : `newest event stored ${formatDuration(tap.behindMs)} after it was published`}
        </dd>
        <dt>Stored</dt>
        <dd className="num">{formatExact(tap.stored)} events since the start</dd>
        <dt>Listens on</dt>
        <dd>
          {tap.channels.length === 0 ? (
            <span className="quiet">no channel yet; new ones are found within 30 s</span>
          ) : (
            <span className={styles.channels}>
              {tap.channels.slice(0, 40).map((channel) => (
                <Chip key={channel}>
                  <ChannelTag system={tap.system} size={12}>
                    {channel}
                  </ChannelTag>
                </Chip>
              ))}
              {tap.channels.length > 40 && <Chip look="dashed">and {tap.channels.length - 40} more</Chip>}
            </span>
          )}
        </dd>
        <dt>What we cannot see</dt>
        <dd>
          {tap.notes.length === 0 && tap.missing.length === 0 ? (
            'Nothing that we know of.'
          ) : (
            <ul>
              {tap.notes.map((note) => (
                <li key={`${note.kind} ${note.subject} ${note.text}`}>
                  {note.subject !== '' && <code>{note.subject}</code>} {note.text}
                </li>
              ))}
              {tap.missing.map((each) => (
                <li key={each.part}>
                  <b>{each.part}</b>: {each.reason}
                </li>
              ))}
            </ul>
          )}
        </dd>
        <dt>Declared picture</dt>
        <dd>
          {tap.pictureAt === null ? (
            <span className="quiet">not read yet</span>
          ) : (
            <>
              read <Age at={tap.pictureAt} />
            </>
          )}
        </dd>
        <dt>Gaps, 24 h</dt>
        <dd>
          {tap.gaps.length === 0 ? (
            <span className="quiet">none</span>
          ) : (
            <Lamp kind="warn">{gapWords(tap.gaps.length, missed, unknownCounts)}</Lamp>
          )}
        </dd>
      </dl>
      {tap.gaps.length > 0 && (
        <div className={styles.gaps}>
          <PlainTable
            label={`Gaps of ${tap.tap}`}
            columns={gapColumns}
            rows={tap.gaps.slice(0, 50)}
            rowKey={(gap) => `${gap.at} ${gap.channel ?? ''} ${gap.partition ?? ''} ${gap.fromOffset ?? ''} ${gap.reason}`}
          />
        </div>
      )}
    </section>
  );
}

export const gapWords = (gaps: number, missed: number, unknown: boolean): string =>
  `${gaps === 1 ? '1 gap' : `${gaps} gaps`}, ${missed === 0 && unknown ? 'count of events not seen unknown' : `${unknown ? 'at least ' : ''}${formatExact(missed)} events not seen`}`;

const gapColumns: readonly Column<GapRow>[] = [
  { id: 'at', title: 'When', width: 150, cell: (gap) => <Time at={gap.at} /> },
  {
    id: 'place',
    title: 'Where',
    cell: (gap) => [gap.channel ?? 'whole tap', gap.partition === null ? null : `partition ${gap.partition}`].filter(Boolean).join(', '),
  },
  {
    id: 'from',
    title: 'From',
    width: 110,
    align: 'end',
    cell: (gap) => (gap.fromOffset === null ? <span className="quiet">unknown</span> : formatExact(gap.fromOffset)),
  },
  {
    id: 'to',
    title: 'To',
    width: 110,
    align: 'end',
    cell: (gap) => (gap.toOffset === null ? <span className="quiet">unknown</span> : formatExact(gap.toOffset)),
  },
  {
    id: 'count',
    title: 'Events',
    width: 110,
    align: 'end',
    cell: (gap) => (gap.count === null ? <span className="quiet">unknown</span> : formatCount(gap.count)),
  },
  {
    id: 'why',
    title: 'Why',
    cell: (gap) => (
      <span title={gap.detail}>
        {gap.reason}
        {gap.detail !== '' && <span className="quiet">, {gap.detail}</span>}
      </span>
    ),
  },
];

function Foot({ view }: { readonly view: TapsView }) {
  return (
    <footer className={styles.foot}>
      <Lamp kind={view.store.state === 'ready' ? 'ok' : 'stop'} ink={view.store.state === 'ready'}>
        Store {view.store.kind === 'embedded' ? '(in this machine)' : '(server)'} {view.store.state === 'ready' ? 'ready' : 'down'}
      </Lamp>
      <span className="num">
        {view.store.bytes !== null && (
          <>
            <b>{formatBytes(view.store.bytes)}</b>,{' '}
          </>
        )}
        {view.store.events === null ? 'number of events unknown' : `${formatCount(view.store.events)} events`}
      </span>
      {view.store.detail !== '' && <span className="truncate">{view.store.detail}</span>}
      <Lamp kind={view.collector.present ? 'ok' : 'stop'} ink={view.collector.present}>
        Collector {view.collector.present ? 'present' : 'gone'} since <Time at={view.collector.since * 1000} />
      </Lamp>
      <span className="grow" />
      <span>Eventyard writes to your brokers only when somebody replays.</span>
    </footer>
  );
}
