'use client';

import { useState } from 'react';
import Link from 'next/link';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DeadLetterDetail, ReplayPlanItem, ReplayPreview, ReplayReport } from '@/lib/contract/dead-letters';
import type { SessionView } from '@/lib/contract/common';
import { routeWords } from '@/lib/dead-letters/replay-route';
import { api, ApiError, postJson } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';
import { QueryGate } from '@/components/live/query-gate';
import { keepView, useUrlState, useUrlText } from '@/components/live/url-state';
import { Button, LinkButton } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Lamp } from '@/components/ui/lamp';
import { PageBody } from '@/components/ui/page';
import { EmptyState } from '@/components/ui/states';
import { letterName } from './letter-panel';
import { LetterState, outcomeWords } from './letter-state';
import { ReplayDiagram } from './replay-diagram';
import { useLetter } from './use-dead-letters';
import page from '@/components/ui/page.module.css';
import styles from './dead-letters.module.css';

/** Who receives it, what is left out, what changes: one letter before it is sent again, and what became of it after. */
export function ReplayScreen() {
  const url = useUrlState();
  const letter = url.params.get('letter');
  const back = keepView(url.params, letter === null ? '/dead-letters' : `/dead-letters?letter=${encodeURIComponent(letter)}`);
  return (
    <main className={page.main} id="main">
      <div className={page.head}>
        <Link href={back} className={styles.crumb} prefetch={false}>
          Dead letters
          <Icon name="chevron-right" size={12} />
        </Link>
        <h1>Replay one letter</h1>
      </div>
      {letter === null ? (
        <EmptyState title="No letter was chosen" actions={<LinkButton href={back}>Choose one</LinkButton>}>
          Open a dead letter and press “Replay this one”.
        </EmptyState>
      ) : (
        <ReplayOfLetter key={letter} id={letter} back={back} link={(href) => keepView(url.params, href)} />
      )}
    </main>
  );
}

interface ReplayOfLetterProps {
  readonly id: string;
  readonly back: string;
  readonly link: (href: string) => string;
}

function ReplayOfLetter({ id, back, link }: ReplayOfLetterProps) {
  const client = useQueryClient();
  const [wayText, setWay] = useUrlText('way', 'replace');
  const way = wayText === 'inbox' || wayText === 'channel' ? wayText : undefined;
  const session = useQuery({ queryKey: ['session'], queryFn: api.session, staleTime: Infinity });
  const preview = useQuery({
    queryKey: ['replay-preview', id, way ?? null],
    queryFn: () => postJson<ReplayPreview>('/api/replay/preview', { letters: [id], ...(way ? { way } : {}) }),
    staleTime: 0,
    retry: false,
  });
  const replay = useMutation({
    mutationFn: (reason: string) => postJson<ReplayReport>('/api/replay', { letters: [id], ...(way ? { way } : {}), reason }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['letter', id] });
      void client.invalidateQueries({ queryKey: ['letters'] });
      void client.invalidateQueries({ queryKey: ['dead-letters'] });
    },
  });
  const sent = replay.data?.items.some((item) => item.outcome !== 'not-sent') ?? false;
  // Until the replayed event was seen, the letter is asked again: its way goes on in other services.
  const letter = useLetter(id, sent ? 1_000 : false);
  useLiveRoom({ room: 'dead-letters' });
  return (
    <QueryGate
      query={letter}
      what="the letter"
      missing={
        <EmptyState title="This letter is not kept" actions={<LinkButton href={back}>All dead letters</LinkButton>}>
          It was never seen, or it is older than the store keeps. Nothing was sent.
        </EmptyState>
      }
    >
      {(detail) => (
        <PageBody>
          <div className={styles.preview} tabIndex={0} role="region" aria-label="What a replay does">
            <QueryGate query={preview} what="the plan from the collector" works="Nothing was sent.">
              {(data) => <Plan preview={data} detail={detail} onWay={setWay} />}
            </QueryGate>
          </div>
          <aside className={styles.side} aria-label="Send">
            <section>
              <h3>Letter</h3>
              <p className="mono truncate" title={letterName(detail.letter)}>
                {letterName(detail.letter)}
              </p>
              <p className="muted">
                {detail.letter.event.type ?? 'type not said'}, {detail.letter.failure?.cause ?? 'cause not said'}
              </p>
              <p>
                <LetterState letter={detail.letter} />
              </p>
            </section>
            {replay.data ? (
              <Report report={replay.data} detail={detail} back={back} link={link} />
            ) : (
              <Confirm
                session={session.data}
                preview={preview.data}
                busy={replay.isPending}
                problem={replay.error}
                onReplay={(reason) => replay.mutate(reason)}
              />
            )}
          </aside>
        </PageBody>
      )}
    </QueryGate>
  );
}

function Plan({
  preview,
  detail,
  onWay,
}: {
  readonly preview: ReplayPreview;
  readonly detail: DeadLetterDetail;
  readonly onWay: (way: 'inbox' | 'channel') => void;
}) {
  const item = preview.items[0];
  const { event } = detail.letter;
  if (preview.refusal !== null || !item) {
    return (
      <section>
        <h2>It cannot be replayed</h2>
        <p className={styles.refused} role="alert">
          {preview.refusal ?? 'The collector made no plan for this letter.'}
        </p>
      </section>
    );
  }
  return (
    <>
      <section>
        <h2>
          Who receives it <span>{routeWords(item)}</span>
        </h2>
        {item.ways.length > 1 && (
          <fieldset className={styles.ways}>
            <legend className="visually-hidden">Way of the replay</legend>
            {item.ways.map((way) => (
              <label key={way}>
                <input type="radio" name="way" checked={item.way === way} onChange={() => onWay(way)} />
                {way === 'inbox' ? 'Back to the inbox that failed' : 'Publish it to its channel again'}
              </label>
            ))}
          </fieldset>
        )}
        <ReplayDiagram item={item} system={event.system} lettersPlace={event.inboxes[0]?.inbox ?? event.channel} />
        {item.receivers.some((receiver) => !receiver.intended) && item.receivers.some((receiver) => receiver.intended) && (
          <p className="quiet">Hollow lines show who receives it as well.</p>
        )}
      </section>
      <section>
        <h2>Checks</h2>
        <Checks item={item} />
      </section>
      <section>
        <h2>
          What changes on the message <span>everything else keeps its name, order, bytes and type</span>
        </h2>
        <div className={styles.diff}>
          {item.droppedHeaders.length > 0 && <div data-change="minus">- {item.droppedHeaders.join(', ')}</div>}
          {item.addedHeaders.map((header) => (
            <div key={header.name} data-change="plus">
              + {header.name}: {header.value}
            </div>
          ))}
          {item.droppedHeaders.length === 0 && item.addedHeaders.length === 0 && <div>nothing</div>}
        </div>
      </section>
    </>
  );
}

function Checks({ item }: { readonly item: ReplayPlanItem }) {
  return (
    <table className={styles.checks}>
      <tbody>
        {item.warnings.map((warning) => (
          <tr key={warning.code}>
            <td style={{ width: 260 }}>
              <Lamp kind={warning.blocks ? 'stop' : 'warn'}>{warningTitles[warning.code]}</Lamp>
            </td>
            <td>{warning.text}</td>
            <td style={{ width: 90 }}>{warning.blocks ? 'stops it' : 'look first'}</td>
          </tr>
        ))}
        {item.warnings.length === 0 && (
          <tr>
            <td style={{ width: 260 }}>
              <Lamp kind="ok" ink>
                Nothing speaks against it
              </Lamp>
            </td>
            <td className="muted">Its target is there, it was not replayed before, and no newer event of its key was seen.</td>
            <td style={{ width: 90 }} />
          </tr>
        )}
        <tr>
          <td>
            <Lamp kind="ok" ink>
              {item.afterwards === 'taken' ? 'Taken only after the confirm' : 'Marked, not removed'}
            </Lamp>
          </td>
          <td className="muted">
            {item.afterwards === 'taken'
              ? `It leaves ${item.takenFrom ?? 'its dead-letter queue'} only after the broker confirmed the publish.`
              : 'A log gives nothing back: the letter stays and is marked as replayed here.'}
          </td>
          <td />
        </tr>
      </tbody>
    </table>
  );
}

const warningTitles: Record<ReplayPlanItem['warnings'][number]['code'], string> = {
  'already-replayed': 'Already replayed',
  'newer-event': 'A newer event of the same key',
  'target-missing': 'Target missing',
  'no-consumers': 'Nobody consumes there',
  'body-cut': 'Body was not kept whole',
  'returned-before': 'Came back before',
};

interface ConfirmProps {
  readonly session: SessionView | undefined;
  readonly preview: ReplayPreview | undefined;
  readonly busy: boolean;
  readonly problem: Error | null;
  readonly onReplay: (reason: string) => void;
}

function Confirm({ session, preview, busy, problem, onReplay }: ConfirmProps) {
  const [reason, setReason] = useState('');
  const item = preview?.items[0];
  const blocking = item?.warnings.find((warning) => warning.blocks)?.text ?? null;
  const refused = preview?.refusal ?? blocking;
  const place = session?.environment.name.toUpperCase();
  const missing = reason.trim().length < 3;
  const waits = preview === undefined || place === undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!missing && !waits && refused === null && !busy) onReplay(reason.trim());
      }}
    >
      <label className={styles.reason}>
        Reason, kept on record
        <textarea
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          maxLength={500}
          required
          placeholder="Why is it safe to send again?"
        />
      </label>
      {refused !== null && (
        <p className={styles.refused} role="alert">
          {refused}
        </p>
      )}
      {problem !== null && (
        <p className={styles.refused} role="alert">
          {problem.message} {problem instanceof ApiError ? problem.cure : null}
        </p>
      )}
      <Button
        type="submit"
        look="solid"
        big
        className={styles.confirm}
        disabled={missing || waits || refused !== null || busy}
        title={missing ? 'A reason is needed first' : undefined}
      >
        {busy ? 'Sending' : place === undefined ? 'Asking which environment this is' : `Replay 1 in ${place}`}
      </Button>
      {missing && refused === null && <p className="quiet">The button waits for a reason.</p>}
    </form>
  );
}

function Report({
  report,
  detail,
  back,
  link,
}: {
  readonly report: ReplayReport;
  readonly detail: DeadLetterDetail;
  readonly back: string;
  readonly link: (href: string) => string;
}) {
  const item = report.items[0];
  const record = detail.letter.replays.find((one) => one.replayId === report.replayId);
  const { traceId } = detail.letter.event;
  return (
    <section className={styles.report} role="status">
      <h3>Outcome</h3>
      {report.refused !== null && <p className={styles.refused}>{report.refused}</p>}
      {item && (
        <>
          <Lamp
            kind={
              item.outcome === 'not-sent'
                ? 'failed'
                : item.outcome === 'uncertain'
                  ? 'off'
                  : item.outcome === 'sent-not-taken'
                    ? 'warn'
                    : 'ok'
            }
            ink
          >
            <b>{outcomeWords[item.outcome]}</b>
          </Lamp>
          {item.detail !== '' && <span className="muted">{item.detail}</span>}
          {item.outcome !== 'not-sent' &&
            (detail.letter.state === 'back-again' ? (
              <Lamp kind="warn">It came back: the consumer failed on it again.</Lamp>
            ) : record?.replayedAs ? (
              <Lamp kind="replay" ink>
                Seen again on its way.{' '}
                {traceId !== null && (
                  <Link
                    className={styles.link}
                    href={link(`/traces/${encodeURIComponent(traceId)}?event=${encodeURIComponent(record.replayedAs)}`)}
                  >
                    Open the event it became
                  </Link>
                )}
              </Lamp>
            ) : (
              <span className="quiet">Waiting until the tap sees it again.</span>
            ))}
        </>
      )}
      <span className="quiet">
        On record as <code>{report.replayId}</code>.
      </span>
      <div className="row">
        <LinkButton href={back} look="solid">
          Back to the dead letters
        </LinkButton>
        {traceId !== null && <LinkButton href={link(`/traces/${encodeURIComponent(traceId)}`)}>Its trace</LinkButton>}
      </div>
    </section>
  );
}
