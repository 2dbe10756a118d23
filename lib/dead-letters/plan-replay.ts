import type { ReplayPlanItem, ReplayRecord } from '@/lib/contract/dead-letters';
import type { EventRow } from '@/lib/contract/traces';
import { groupOfInbox, inboxOfGroup, type ChannelName, type InboxName } from '@/lib/events/names';
import type { FailureOrigin, ObservedEvent } from '@/lib/events/observed-event';
import type { BrokerPicture, ChannelKind } from '@/lib/topology/broker-picture';
import { createRouter, type RoutingExchange } from '@/lib/topology/route';
import { namesRetry, type DeathMap } from './classify-channels';
import { addedHeaders, droppedHeaders } from './replay-message';

export interface ReplaySituation {
  readonly letter: ObservedEvent;
  /** The broker now; `null` when it was never read. */
  readonly picture: BrokerPicture | null;
  readonly deaths: DeathMap;
  /** Earlier replays of this letter. */
  readonly before: readonly ReplayRecord[];
  /** Events of the same business key seen after it. */
  readonly newer: readonly EventRow[];
  /** As the person wished; without it the narrowest way there is. */
  readonly way?: 'inbox' | 'channel';
  /** `null` in a preview. */
  readonly replayId: string | null;
}

type Way = ReplayPlanItem['way'];
type Target = ReplayPlanItem['target'];
type Warning = ReplayPlanItem['warnings'][number];

/**
 * Where a dead letter goes when it is replayed, who receives it, and what speaks against it (docs/spec/replay.md). Pure.
 *
 * [L20] The narrowest way is the default: RabbitMQ straight to the queue that failed, Kafka to the failed group's own retry topic where one is
 * wired. [L21] The other way is where it was first published; there everybody who reads that place gets it again, and all are listed.
 * Gives `null` where nothing says where the letter came from.
 */
export function planReplay(situation: ReplaySituation): ReplayPlanItem | null {
  const { letter, before } = situation;
  const targets = letter.system === 'rabbitmq' ? rabbitTargets(situation) : kafkaTargets(situation);
  const ways = (['inbox', 'channel'] as const).filter((way) => targets[way] !== null);
  const way = situation.way !== undefined && targets[situation.way] !== null ? situation.way : ways[0];
  const target = way === undefined ? null : targets[way];
  if (way === undefined || target === null) return null;
  const receivers = receiversOf(situation, target);
  const takenFrom = letter.system === 'rabbitmq' ? graveOf(situation) : null;
  return {
    letter: letter.id,
    broker: letter.broker,
    way,
    ways,
    target,
    receivers,
    afterwards: takenFrom === null ? 'marked' : 'taken',
    takenFrom,
    warnings: warningsOf(situation, target, receivers),
    droppedHeaders: droppedHeaders(letter.headers),
    addedHeaders: addedHeaders(letter, before, situation.replayId ?? 'given when it is sent'),
  };
}

export const blocksReplay = (item: ReplayPlanItem): Warning | null => item.warnings.find(({ blocks }) => blocks) ?? null;

type Targets = Readonly<Record<Way, Target | null>>;

function rabbitTargets({ letter, picture, deaths }: ReplaySituation): Targets {
  const origins = originsOf(letter);
  const queue = failedQueue(origins, deaths);
  const published = origins.find(
    ({ channel }) =>
      channel !== null &&
      channel !== '' &&
      deaths.channels.get(channel)?.kind !== 'dead-letter' &&
      deaths.channels.get(channel)?.kind !== 'retry',
  );
  // Published through the default exchange: the queue is where it was published.
  const named =
    origins.find(({ channel, routingKey }) => channel === '' && routingKey !== null && deaths.inboxes.get(routingKey) === undefined)
      ?.routingKey ?? null;
  const inbox = queue ?? named ?? onlyQueueBehind(published, picture);
  return {
    inbox: inbox === null ? null : { kind: 'queue', queue: inbox },
    channel:
      published === undefined
        ? null
        : { kind: 'channel', channel: published.channel as ChannelName, routingKey: published.routingKey ?? letter.routingKey },
  };
}

/** The newest place of death that is somebody's work queue: a waiting queue of a ladder lets messages die too, by age. */
function failedQueue(origins: readonly FailureOrigin[], deaths: DeathMap): InboxName | null {
  for (const { inbox } of origins.toReversed()) if (inbox !== null && deaths.inboxes.get(inbox) === undefined) return inbox;
  return null;
}

/** Where the headers name an exchange and no queue, and only one queue is behind it with that key. */
function onlyQueueBehind(origin: FailureOrigin | undefined, picture: BrokerPicture | null): InboxName | null {
  if (origin === undefined || picture === null || origin.routingKey === null) return null;
  const queues = queuesBehind(picture, origin.channel ?? '', origin.routingKey);
  return queues.length === 1 ? (queues[0] ?? null) : null;
}

const originsOf = (letter: ObservedEvent): readonly FailureOrigin[] =>
  letter.failure === null ? [] : [letter.failure.firstOrigin, letter.failure.lastOrigin];

function kafkaTargets({ letter, picture }: ReplaySituation): Targets {
  const origins = originsOf(letter);
  const first = origins.find(({ channel }) => channel !== null && channel !== letter.channel && !namesRetry(channel));
  const topic = first?.channel ?? topicByName(letter.channel, picture);
  const group = origins.map(({ inbox }) => (inbox === null ? null : groupOfInbox(inbox).group)).find((name) => name !== null) ?? null;
  const retry = topic === null || group === null || picture === null ? null : retryTopicOf(picture, topic, group);
  return {
    inbox: retry === null ? null : { kind: 'channel', channel: retry, routingKey: null },
    channel: topic === null ? null : { kind: 'channel', channel: topic, routingKey: null },
  };
}

/** `orders-inventory-dlt` → the longest topic that it begins with. */
function topicByName(channel: ChannelName, picture: BrokerPicture | null): ChannelName | null {
  let found: ChannelName | null = null;
  for (const { channel: topic } of picture?.channels ?? [])
    if (topic !== channel && channel.startsWith(topic) && /^[._-]/.test(channel.slice(topic.length)) && topic.length > (found?.length ?? 0))
      found = topic;
  return found;
}

/** A retry topic of this topic that only this group reads. */
function retryTopicOf(picture: BrokerPicture, topic: ChannelName, group: string): ChannelName | null {
  const found = picture.inboxes
    .map(({ inbox }) => groupOfInbox(inbox))
    .filter(
      (reader) =>
        reader.topic !== null &&
        reader.group === group &&
        reader.topic !== topic &&
        reader.topic.startsWith(topic) &&
        namesRetry(reader.topic),
    )
    .map((reader) => reader.topic as ChannelName)
    .filter((retry) => picture.inboxes.every(({ inbox }) => groupOfInbox(inbox).topic !== retry || groupOfInbox(inbox).group === group));
  return found.sort()[0] ?? null;
}

function receiversOf(situation: ReplaySituation, target: Target): ReplayPlanItem['receivers'] {
  const { letter, picture, deaths } = situation;
  if (target.kind === 'queue') return [{ inbox: target.queue, intended: true }];
  if (picture === null) return [];
  if (letter.system === 'kafka') {
    const failed = originsOf(letter).map(({ inbox }) => (inbox === null ? null : groupOfInbox(inbox).group));
    return picture.inboxes
      .filter(({ inbox, kind, ours }) => kind === 'group' && !ours && groupOfInbox(inbox).topic === target.channel)
      .map(({ inbox }) => ({ inbox, intended: failed.includes(groupOfInbox(inbox).group) }));
  }
  const failed = failedQueue(originsOf(letter), deaths);
  return queuesBehind(picture, target.channel, target.routingKey ?? '').map((inbox) => ({ inbox, intended: inbox === failed }));
}

function queuesBehind(picture: BrokerPicture, exchange: ChannelName, routingKey: string): readonly InboxName[] {
  const ours = new Set(picture.inboxes.filter((inbox) => inbox.ours).map(({ inbox }) => inbox));
  const router = createRouter(
    picture.channels.map((channel): RoutingExchange => ({
      name: channel.channel,
      rule: RULES[channel.kind],
      alternate: channel.alternate,
    })),
    picture.bindings.map(({ from, to, routingKey: key, arguments: args }) => ({
      from,
      to: to.kind === 'inbox' ? { kind: 'queue', name: to.inbox } : { kind: 'exchange', name: to.channel },
      routingKey: key,
      arguments: args,
    })),
  );
  return router.queuesOf({ exchange, routingKey, headers: () => ({}) }).filter((queue) => !ours.has(queue));
}

const RULES: Readonly<Record<ChannelKind, RoutingExchange['rule']>> = {
  topic: 'opaque',
  'exchange-topic': 'topic',
  'exchange-direct': 'direct',
  'exchange-fanout': 'fanout',
  'exchange-headers': 'headers',
  'exchange-other': 'opaque',
};

/** The dead-letter queue that holds it: known by wiring or name before a queue of which nothing is known. */
function graveOf({ letter, deaths }: ReplaySituation): InboxName | null {
  const inboxes = letter.inboxes.map(({ inbox }) => inbox).filter((inbox) => deaths.inboxes.get(inbox)?.kind !== 'retry');
  return inboxes.find((inbox) => deaths.inboxes.get(inbox)?.kind === 'dead-letter') ?? inboxes[0] ?? null;
}

function warningsOf(situation: ReplaySituation, target: Target, receivers: ReplayPlanItem['receivers']): Warning[] {
  const { letter, picture, before, newer } = situation;
  const warnings: Warning[] = [];
  if (letter.body !== null && letter.body.length < letter.bodySize)
    warnings.push({
      code: 'body-cut',
      text: `Only ${letter.body.length} of its ${letter.bodySize} bytes were kept: it cannot be sent whole.`,
      blocks: true,
    });
  if (picture !== null && !isThere(target, letter, picture))
    warnings.push({
      code: 'target-missing',
      text: `${target.kind === 'queue' ? `The queue ${target.queue}` : target.channel} is not there any more.`,
      blocks: true,
    });
  else if (picture !== null && nobodyReads(target, receivers, letter, picture))
    warnings.push({ code: 'no-consumers', text: 'Nobody reads there now: it will wait, or be lost.', blocks: false });
  const sent = before.filter(({ outcome }) => outcome !== 'not-sent');
  const uncertain = sent.some(({ outcome }) => outcome === null || outcome === 'uncertain');
  if (sent.length > 0)
    warnings.push({
      code: 'already-replayed',
      text: uncertain
        ? 'An earlier replay was interrupted: it may have been sent already.'
        : `It was replayed already (${sent.length === 1 ? 'once' : `${sent.length} times`}).`,
      blocks: false,
    });
  if (letter.replayOf !== null)
    warnings.push({ code: 'returned-before', text: 'It is itself a replay that came back to the dead letters.', blocks: false });
  const later = newer.filter(
    (event) => !event.deadLetter && (event.messageId === null || event.messageId !== letter.messageId) && event.id !== letter.id,
  );
  if (later.length > 0)
    warnings.push({
      code: 'newer-event',
      text: `Newer events of the same ${letter.businessKeys[0]?.name ?? 'key'} were seen since: ${[...new Set(later.map(({ type, channel }) => type ?? channel))].slice(0, 3).join(', ')}.`,
      blocks: false,
    });
  return warnings;
}

function isThere(target: Target, letter: ObservedEvent, picture: BrokerPicture): boolean {
  if (target.kind === 'queue') return picture.inboxes.some(({ inbox }) => inbox === target.queue);
  if (picture.channels.some(({ channel }) => channel === target.channel)) return true;
  // A picture that could not read all channels does not say that one is missing.
  return letter.system === 'kafka' && picture.inboxes.some(({ inbox }) => inbox.startsWith(inboxOfGroup(target.channel, '')));
}

function nobodyReads(target: Target, receivers: ReplayPlanItem['receivers'], letter: ObservedEvent, picture: BrokerPicture): boolean {
  if (target.kind === 'channel' && letter.system === 'kafka') return receivers.length === 0;
  const consumers = receivers.map(({ inbox }) => picture.inboxes.find((known) => known.inbox === inbox)?.consumers.length ?? 0);
  return consumers.every((count) => count === 0);
}
