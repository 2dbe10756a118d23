import type { ChannelName, InboxName } from '@/lib/events/names';
import type { BrokerPicture, ChannelKind, InboxPicture } from '@/lib/topology/broker-picture';
import { namesDeadLetters } from '@/lib/topology/dead-letter-names';
import { createRouter, type Router, type RoutingExchange } from '@/lib/topology/route';

/**
 * Which channels and inboxes hold dead letters, and how we know (docs/spec/dead-letters.md).
 * [L1] By wiring, certain: where a queue's dead-letter exchange leads. [L2] By name, scored. [L3] A retry ladder is none: a queue that waits
 * (TTL and a dead-letter exchange that leads back to a work queue) sends nothing to its grave, and an exchange that leads only to such queues
 * is part of the ladder. [L4] An exchange that also serves work queues is `mixed`: there an event is a dead letter only in an inbox of dead letters.
 */
export interface DeathVerdict {
  readonly kind: 'dead-letter' | 'retry' | 'mixed';
  /** 1 = by wiring or the user's word. */
  readonly score: number;
  readonly certain: boolean;
  readonly why: string;
}

export interface DeathMap {
  readonly channels: ReadonlyMap<ChannelName, DeathVerdict>;
  readonly inboxes: ReadonlyMap<InboxName, DeathVerdict>;
}

export const NO_DEATHS: DeathMap = { channels: new Map(), inboxes: new Map() };

const RETRY = /(^|[._\-:/])(retry|retries|wait|delay(ed)?|backoff)([._\-:/]?\w*)?$|[._-]retry[._-]/i;
/** `orders.retry.5s`, `orders-retry-0`, `delay-30000`: a step of a ladder by its name. */
export const namesRetry = (name: string): boolean => RETRY.test(name) && !namesDeadLetters(name);

export function classifyChannels(picture: BrokerPicture): DeathMap {
  const channels = new Map<ChannelName, DeathVerdict>();
  const inboxes = new Map<InboxName, DeathVerdict>();
  if (picture.system === 'rabbitmq') classifyByWiring(picture, channels, inboxes);
  for (const { channel } of picture.channels) if (!channels.has(channel)) byName(channels, channel, channel);
  for (const inbox of picture.inboxes)
    if (inbox.kind === 'queue' && !inbox.ours && !inboxes.has(inbox.inbox)) byName(inboxes, inbox.inbox, inbox.title);
  return { channels, inboxes };
}

function byName<K extends string>(verdicts: Map<K, DeathVerdict>, key: K, name: string): void {
  if (namesDeadLetters(name)) verdicts.set(key, { kind: 'dead-letter', score: 0.8, certain: false, why: 'Its name says so.' });
  else if (namesRetry(name))
    verdicts.set(key, { kind: 'retry', score: 0.6, certain: false, why: 'Its name says that it is a step of a retry ladder.' });
}

function classifyByWiring(picture: BrokerPicture, channels: Map<ChannelName, DeathVerdict>, inboxes: Map<InboxName, DeathVerdict>): void {
  const wiring = new Wiring(picture);
  const queues = picture.inboxes.filter(({ kind, ours }) => kind === 'queue' && !ours);
  const waiting = new Set(queues.filter((queue) => wiring.waits(queue)).map(({ inbox }) => inbox));
  for (const inbox of waiting)
    inboxes.set(inbox, { kind: 'retry', score: 1, certain: true, why: 'Messages wait here and go back to a work queue.' });

  for (const queue of queues) {
    const to = queue.deadLetterTo;
    if (to === null || waiting.has(queue.inbox)) continue;
    for (const target of wiring.lettersOf(queue)) {
      const known = wiring.queue(target);
      if (waiting.has(target) || target === queue.inbox || (known !== null && wiring.works(known))) continue;
      if (!inboxes.has(target))
        inboxes.set(target, {
          kind: 'dead-letter',
          score: 1,
          certain: true,
          why: `Rejected messages of ${queue.inbox} go here (its dead-letter ${to.by}).`,
        });
    }
    if (to.channel !== '' && !channels.has(to.channel)) channels.set(to.channel, wiring.verdictOf(to.channel, queue, waiting));
  }
  for (const { inbox } of queues) {
    const to = wiring.queue(inbox)?.deadLetterTo;
    if (waiting.has(inbox) && to && to.channel !== '' && !channels.has(to.channel) && namesRetry(to.channel))
      channels.set(to.channel, { kind: 'retry', score: 1, certain: true, why: `Messages of ${inbox} go back through it.` });
  }
}

class Wiring {
  private readonly router: Router;
  private readonly queues: ReadonlyMap<InboxName, InboxPicture>;

  constructor(private readonly picture: BrokerPicture) {
    this.queues = new Map(picture.inboxes.map((inbox) => [inbox.inbox, inbox]));
    this.router = createRouter(
      picture.channels.map((channel): RoutingExchange => ({
        name: channel.channel,
        rule: RULES[channel.kind],
        alternate: channel.alternate,
      })),
      picture.bindings.map(({ from, to, routingKey, arguments: args }) => ({
        from,
        to: to.kind === 'inbox' ? { kind: 'queue', name: to.inbox } : { kind: 'exchange', name: to.channel },
        routingKey,
        arguments: args,
      })),
    );
  }

  queue(inbox: InboxName): InboxPicture | null {
    return this.queues.get(inbox) ?? null;
  }

  /** Where the letters of a queue go; without a dead-letter key they keep their own, so any binding may match. */
  lettersOf(queue: InboxPicture): readonly InboxName[] {
    const to = queue.deadLetterTo;
    if (to === null) return [];
    if (to.channel === '') return to.routingKey === null ? [] : [to.routingKey];
    if (to.routingKey === null) return this.reachableFrom(to.channel);
    const exact = this.router.queuesOf({ exchange: to.channel, routingKey: to.routingKey, headers: () => ({}) });
    return exact.length > 0 ? exact : this.reachableFrom(to.channel);
  }

  reachableFrom(channel: ChannelName): readonly InboxName[] {
    const seen = new Set<ChannelName>([channel]);
    const found = new Set<InboxName>();
    for (const from of seen) {
      for (const binding of this.picture.bindings) {
        if (binding.from !== from) continue;
        if (binding.to.kind === 'channel') seen.add(binding.to.channel);
        else if (this.queues.get(binding.to.inbox)?.ours !== true) found.add(binding.to.inbox);
      }
    }
    return [...found];
  }

  /** A queue of a ladder: it dead-letters, nobody reads it, messages leave by age (or its name says so), and they go back to where work is done. */
  waits(queue: InboxPicture): boolean {
    if (queue.deadLetterTo === null || queue.consumers.length > 0) return false;
    if (namesRetry(queue.title)) return true;
    if (queue.messageTtlMs === null) return false;
    return this.lettersOf(queue).some((target) => {
      const known = this.queue(target);
      return queue.inbox !== target && (queue.inbox.startsWith(target) || (known !== null && this.works(known)));
    });
  }

  /** Somebody's work is done here: it has its own way for letters, or consumers and no name of a grave. */
  works(queue: InboxPicture): boolean {
    return (
      queue.deadLetterTo !== null || (queue.consumers.length > 0 && !namesDeadLetters(queue.title) && !this.onlyFromGraves(queue.inbox))
    );
  }

  /** All its bindings are from exchanges that dead letters are sent to. */
  private onlyFromGraves(inbox: InboxName): boolean {
    const from = this.picture.bindings.filter(
      (binding) => binding.from !== '' && binding.to.kind === 'inbox' && binding.to.inbox === inbox,
    );
    return (
      from.length > 0 &&
      from.every((binding) =>
        this.picture.inboxes.some((queue) => queue.deadLetterTo?.channel === binding.from && !namesRetry(queue.title)),
      )
    );
  }

  verdictOf(channel: ChannelName, queue: InboxPicture, waiting: ReadonlySet<InboxName>): DeathVerdict {
    const reached = this.reachableFrom(channel);
    const graves = reached.filter((inbox) => !waiting.has(inbox) && !this.works(this.queue(inbox) as InboxPicture));
    if (reached.length > 0 && reached.every((inbox) => waiting.has(inbox)))
      return { kind: 'retry', score: 1, certain: true, why: `Rejected messages of ${queue.inbox} go through it into a waiting queue.` };
    if (graves.length === 0 && reached.length > 0)
      return { kind: 'retry', score: 1, certain: true, why: `Rejected messages of ${queue.inbox} go through it to a work queue.` };
    const kind = graves.length < reached.length ? 'mixed' : 'dead-letter';
    return {
      kind,
      score: 1,
      certain: true,
      why: `${queue.inbox} sends its rejected messages here (its dead-letter ${queue.deadLetterTo?.by ?? 'argument'}).`,
    };
  }
}

const RULES: Readonly<Record<ChannelKind, RoutingExchange['rule']>> = {
  topic: 'opaque',
  'exchange-topic': 'topic',
  'exchange-direct': 'direct',
  'exchange-fanout': 'fanout',
  'exchange-headers': 'headers',
  'exchange-other': 'opaque',
};

/** What is asked of an event, to tell whether it is a dead letter. */
export interface MaybeDead {
  readonly channel: ChannelName;
  readonly inboxes: readonly { readonly inbox: InboxName }[];
  readonly failure: unknown;
  /** Its headers are those that only a dead-letter topic has. */
  readonly deadByHeaders: boolean;
}

/** [L4] [L5] One event's answer: by its channel, on a mixed exchange by the inbox it went to, on Kafka also by headers that only dead letters have. */
export function isDeadLetter(event: MaybeDead, deaths: DeathMap): boolean {
  const verdict = deaths.channels.get(event.channel);
  if (verdict === undefined) return event.deadByHeaders && !namesRetry(event.channel);
  if (verdict.kind === 'retry') return false;
  if (event.inboxes.length === 0) return verdict.kind === 'dead-letter';
  const someGrave = event.inboxes.some(({ inbox }) => deaths.inboxes.get(inbox)?.kind === 'dead-letter');
  if (verdict.kind === 'mixed') return someGrave && event.failure !== null;
  return someGrave || event.inboxes.some(({ inbox }) => deaths.inboxes.get(inbox)?.kind !== 'retry');
}
