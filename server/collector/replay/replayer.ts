import { randomUUID } from 'node:crypto';
import { isAppError } from '@/lib/errors';
import type { ReplayOutcome, ReplayPlanItem, ReplayPreview, ReplayReport } from '@/lib/contract/dead-letters';
import { blocksReplay, planReplay } from '@/lib/dead-letters/plan-replay';
import { replayMessage, type ReplayMessage } from '@/lib/dead-letters/replay-message';
import type { EventId, Micros } from '@/lib/events/names';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { Broker, PublishOutcome } from '../../brokers/broker';
import type { Log } from '../../log';
import type { Store } from '../../store/store';
import { Backoff, pause } from '../backoff';
import type { BrokerView } from '../ingest/broker-view';
import type { OwnEvents } from './own-events';

export interface ReplayerParts {
  readonly store: Store;
  readonly brokers: readonly { readonly broker: Broker; readonly view: BrokerView }[];
  readonly own: OwnEvents;
  readonly clock: () => Micros;
  readonly log: Log;
  readonly announce: (report: ReplayReport) => void;
  readonly onOutcome?: (outcome: ReplayOutcome) => void;
}

export interface ReplayRequest {
  readonly letters: readonly EventId[];
  readonly way?: 'inbox' | 'channel';
  readonly reason: string;
  readonly by: string;
}

type Item = ReplayReport['items'][number];

const MAX_LETTERS = 200;
/** Letters that may lie before the one to be taken; reading more would hold other people's letters for too long. */
const MAX_DEPTH = 1_000;
const NEWER = 5;

/**
 * Replays dead letters, the one thing in the product that writes to a broker (docs/spec/replay.md). Per letter, strictly in this order:
 *
 *     plan ─► intent row ─► publish, confirmed ─► take it out of its queue ─► outcome row
 *
 * [L31] Without an intent on record nothing is sent; [L32] without a confirm nothing is taken; [L33] an intent without an outcome is found at the
 * next start and comes back as uncertain, never sent again by itself; [L34] one replay per inbox at a time.
 */
export class Replayer {
  private readonly busy = new Set<string>();

  constructor(private readonly parts: ReplayerParts) {}

  async preview({ letters, way }: Pick<ReplayRequest, 'letters' | 'way'>): Promise<ReplayPreview> {
    const refusal = refusalOf(letters);
    if (refusal !== null) return { items: [], refusal };
    const items: ReplayPlanItem[] = [];
    let lost: string | null = null;
    for (const id of letters) {
      const found = await this.planOf(id, way, null);
      if (typeof found === 'string') lost ??= found;
      else items.push(found.item);
    }
    return { items, refusal: items.length === 0 ? lost : null };
  }

  async replay(request: ReplayRequest): Promise<ReplayReport> {
    const replayId = randomUUID();
    const refusal = refusalOf(request.letters) ?? (request.reason.trim() === '' ? 'A replay needs a reason.' : null);
    if (refusal !== null) return { replayId, items: [], refused: refusal };
    const items: Item[] = [];
    for (const id of request.letters) items.push(await this.replayOne(id, request, replayId));
    const report: ReplayReport = { replayId, items, refused: null };
    await this.audit(report, request);
    this.parts.announce(report);
    return report;
  }

  /** [L33] What was begun and not finished when the collector died. */
  async recover(signal: AbortSignal): Promise<void> {
    const { store, clock, log } = this.parts;
    const backoff = new Backoff(500, 15_000);
    while (!signal.aborted) {
      try {
        for (const { replayId, letter, by } of await store.openIntents()) {
          const at = clock();
          await store.recordReplayOutcome(
            replayId,
            letter,
            'uncertain',
            'The collector stopped between the intent and the outcome: it may have been sent.',
            at,
          );
          await store.recordAudit({ at, by, action: 'replay-interrupted', subject: letter, detail: replayId });
        }
        return;
      } catch (error) {
        log.warn({ err: error }, 'interrupted replays could not be looked up, trying again');
        await pause(backoff.next(), signal);
      }
    }
  }

  private async planOf(
    id: EventId,
    way: ReplayRequest['way'],
    replayId: string | null,
  ): Promise<{ readonly letter: ObservedEvent; readonly item: ReplayPlanItem; readonly part: ReplayerParts['brokers'][number] } | string> {
    const { store, brokers } = this.parts;
    const letter = await store.event(id);
    if (letter === null) return 'The letter is not in the store any more.';
    if (!letter.deadLetter) return 'It was not seen on a dead-letter channel.';
    const part = brokers.find(({ broker }) => broker.name === letter.broker);
    if (part === undefined) return `The broker ${letter.broker} is not configured any more.`;
    const [before, newer] = await Promise.all([store.replaysOf([id]), this.newerThan(letter)]);
    const item = planReplay({
      letter,
      picture: part.view.picture,
      deaths: part.view.deaths,
      before,
      newer,
      replayId,
      ...(way === undefined ? {} : { way }),
    });
    return item === null ? 'Nothing in its headers or in the wiring says where it came from.' : { letter, item, part };
  }

  private async newerThan(letter: ObservedEvent) {
    const key = letter.businessKeys[0]?.value;
    if (key === undefined) return [];
    const { rows } = await this.parts.store.recentEvents({
      range: { from: letter.observedAt + 1, to: this.parts.clock() + 1 },
      businessKey: key,
      limit: NEWER,
    });
    return rows;
  }

  private async replayOne(id: EventId, request: ReplayRequest, replayId: string): Promise<Item> {
    let plan: Awaited<ReturnType<Replayer['planOf']>>;
    try {
      plan = await this.planOf(id, request.way, replayId);
    } catch (error) {
      return this.done(id, 'not-sent', `It could not be planned: ${wordsOf(error)}`);
    }
    if (typeof plan === 'string') return this.done(id, 'not-sent', plan);
    const { letter, item, part } = plan;
    const block = blocksReplay(item);
    if (block !== null) return this.done(id, 'not-sent', block.text);
    const inbox = `${item.broker}\n${item.takenFrom ?? letter.channel}`;
    if (this.busy.has(inbox)) return this.done(id, 'not-sent', 'Another replay of this inbox is running.');
    this.busy.add(inbox);
    try {
      return await this.send(letter, item, part, request, replayId);
    } finally {
      this.busy.delete(inbox);
    }
  }

  private async send(
    letter: ObservedEvent,
    item: ReplayPlanItem,
    { broker, view }: ReplayerParts['brokers'][number],
    { by, reason }: ReplayRequest,
    replayId: string,
  ): Promise<Item> {
    const { store, clock } = this.parts;
    try {
      await store.recordReplayIntent({
        replayId,
        letter: letter.id,
        broker: letter.broker,
        by,
        reason,
        target: item.target.kind === 'queue' ? item.target.queue : item.target.channel,
        at: clock(),
      });
    } catch (error) {
      return this.done(letter.id, 'not-sent', `The intent could not be put on record: ${wordsOf(error)}`);
    }
    const message = replayMessage(letter, item);
    const published = await publish(broker, message);
    const [outcome, detail] =
      published.confirmed === true
        ? await this.takeOut(letter, item, broker)
        : published.confirmed === false
          ? (['not-sent', `${REFUSED[published.why]} ${published.detail}`.trim()] as const)
          : (['uncertain', published.detail] as const);
    await this.recordOutcome(replayId, letter.id, outcome, detail);
    if (published.confirmed === true && item.target.kind === 'queue') await this.recordOwn(view, message, letter.id);
    return this.done(letter.id, outcome, detail);
  }

  private async takeOut(letter: ObservedEvent, item: ReplayPlanItem, broker: Broker): Promise<readonly [ReplayOutcome, string]> {
    if (item.takenFrom === null)
      return [
        'sent-and-marked',
        letter.system === 'kafka'
          ? 'A log keeps its records: the letter is marked as replayed.'
          : 'No dead-letter queue is known to hold it.',
      ];
    try {
      const taken = await broker.takeLetter({ inbox: item.takenFrom, headers: letter.headers, body: letter.body, maxDepth: MAX_DEPTH });
      return taken.taken
        ? ['sent-and-taken', `Taken out of ${item.takenFrom}.`]
        : ['sent-not-taken', `${NOT_TAKEN[taken.why]} ${taken.detail}`.trim()];
    } catch (error) {
      return ['sent-not-taken', `It could not be taken out of ${item.takenFrom}: ${wordsOf(error)}`];
    }
  }

  /** It was sent, so the outcome matters: tried for a while. If the store stays away, the open intent says "uncertain" at the next start. */
  private async recordOutcome(replayId: string, letter: EventId, outcome: ReplayOutcome, detail: string): Promise<void> {
    const backoff = new Backoff(100, 2_000);
    for (let tries = 0; tries < 8; tries++) {
      try {
        await this.parts.store.recordReplayOutcome(replayId, letter, outcome, detail, this.parts.clock());
        return;
      } catch (error) {
        this.parts.log.warn({ replayId, letter, err: error }, 'the outcome of a replay could not be put on record');
        await pause(backoff.next());
      }
    }
  }

  private async recordOwn(view: BrokerView, message: ReplayMessage, letter: EventId): Promise<void> {
    try {
      await this.parts.own.record(view, message);
    } catch (error) {
      this.parts.log.warn({ letter, err: error }, 'a replay through the default exchange could not be put on record as an event');
    }
  }

  private async audit({ replayId, items }: ReplayReport, { by, reason }: ReplayRequest): Promise<void> {
    try {
      for (const { letter, outcome, at } of items)
        await this.parts.store.recordAudit({
          at,
          by,
          action: 'replay',
          subject: letter,
          detail: JSON.stringify({ replayId, outcome, reason }),
        });
    } catch (error) {
      this.parts.log.error({ replayId, err: error }, 'a replay could not be written into the audit');
    }
  }

  private done(letter: EventId, outcome: ReplayOutcome, detail: string): Item {
    this.parts.onOutcome?.(outcome);
    return { letter, outcome, detail, at: this.parts.clock() };
  }
}

/** A broker that throws in the middle of it leaves us not knowing. */
async function publish(broker: Broker, message: ReplayMessage): Promise<PublishOutcome> {
  try {
    return await broker.publish(message);
  } catch (error) {
    return { confirmed: 'unknown', detail: wordsOf(error) };
  }
}

function refusalOf(letters: readonly EventId[]): string | null {
  if (letters.length === 0) return 'No letter was named.';
  if (letters.length > MAX_LETTERS) return `At most ${MAX_LETTERS} letters at a time.`;
  return new Set(letters).size < letters.length ? 'A letter is named twice.' : null;
}

const wordsOf = (error: unknown): string => (isAppError(error) ? error.message : 'something unexpected, the log has it.');

const REFUSED = {
  returned: 'No queue took it.',
  refused: 'The broker refused it.',
  'not-allowed': 'We are not allowed to send there.',
  unreachable: 'The broker did not answer.',
  'too-large': 'It is too large for the broker.',
} as const;

const NOT_TAKEN = {
  'nothing-can-be-taken': 'Nothing can be taken there.',
  'not-found': 'It was sent, but it is not in its queue any more.',
  'too-deep': 'It was sent, but it lies too deep in its queue to be taken out.',
  'delivery-limit-near': 'It was sent; its queue would lose others if we looked for it (delivery limit).',
  'not-allowed': 'It was sent, but we are not allowed to read its queue.',
  unreachable: 'It was sent, but its queue could not be reached.',
} as const;
