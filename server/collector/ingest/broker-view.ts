import { groupOfInbox, type BrokerName, type BrokerSystem, type ChannelName, type InboxName, type ServiceName } from '@/lib/events/names';
import type { RoutedInbox } from '@/lib/events/observed-event';
import { classifyChannels, namesRetry, NO_DEATHS, type DeathMap } from '@/lib/dead-letters/classify-channels';
import type { BrokerPicture } from '@/lib/topology/broker-picture';

/** What ingest needs of a broker's newest picture, made ready for a look-up per event. */
export class BrokerView {
  picture: BrokerPicture | null = null;
  deaths: DeathMap = NO_DEATHS;
  private groups: ReadonlyMap<ChannelName, readonly RoutedInbox[]> = new Map();
  private consumers: ReadonlyMap<InboxName, ServiceName> = new Map();
  private origins: ReadonlyMap<string, InboxName | null> = new Map();
  private known: ReadonlySet<InboxName> = new Set();
  private afterWaiting: ReadonlyMap<InboxName, InboxName | null> = new Map();

  constructor(
    readonly broker: BrokerName,
    readonly system: BrokerSystem,
  ) {}

  learn(picture: BrokerPicture): void {
    this.picture = picture;
    this.deaths = classifyChannels(picture);
    this.groups = groupsByTopic(picture);
    this.consumers = singleConsumers(picture);
    this.origins = originsByWiring(picture);
    this.known = new Set(picture.inboxes.map(({ inbox }) => inbox));
    this.afterWaiting = afterWaiting(picture, this.deaths);
  }

  /** [I10] Groups that read this topic, declared: a group is on no record. One list per topic, shared by all its records. */
  inboxesOf(channel: ChannelName): readonly RoutedInbox[] {
    return this.groups.get(channel) ?? NO_INBOXES;
  }

  /** [I15] Where a letter on this channel with this key died, when one queue alone dead-letters so; `null` when none or several do. */
  originOf(channel: ChannelName, routingKey: string | null): InboxName | null {
    return routingKey === null ? null : (this.origins.get(wire(channel, routingKey)) ?? null);
  }

  /**
   * Whether messages only wait in this inbox, as on a step of a retry ladder: to leave it is no failure. One that is newer than the picture is
   * told by its name.
   */
  isWaiting(inbox: InboxName): boolean {
    return this.afterWaiting.has(inbox) || (!this.known.has(inbox) && namesRetry(inbox));
  }

  /** [I17] The one queue that a waiting queue's messages go back to; `null` when that is not to be told. */
  queueAfter(inbox: InboxName): InboxName | null {
    return this.afterWaiting.get(inbox) ?? null;
  }

  /** The one service that reads this inbox; `null` when there are none or several. */
  consumerOf(inbox: InboxName | null): ServiceName | null {
    return inbox === null ? null : (this.consumers.get(inbox) ?? null);
  }
}

const NO_INBOXES: readonly RoutedInbox[] = [];

function groupsByTopic(picture: BrokerPicture): Map<ChannelName, readonly RoutedInbox[]> {
  const groups = new Map<ChannelName, RoutedInbox[]>();
  for (const { kind, inbox, ours } of picture.inboxes) {
    const { topic } = groupOfInbox(inbox);
    if (kind !== 'group' || ours || topic === null) continue;
    const list = groups.get(topic) ?? [];
    list.push({ inbox, evidence: 'declared' });
    groups.set(topic, list);
  }
  return groups;
}

const wire = (channel: ChannelName, routingKey: string): string => `${channel}\n${routingKey}`;

/** A consumer that publishes a letter itself leaves no broker's account; the wiring of its queue still says where it came from. */
function originsByWiring(picture: BrokerPicture): Map<string, InboxName | null> {
  const origins = new Map<string, InboxName | null>();
  for (const { inbox, deadLetterTo } of picture.inboxes) {
    if (deadLetterTo === null || deadLetterTo.routingKey === null) continue;
    const key = wire(deadLetterTo.channel, deadLetterTo.routingKey);
    origins.set(key, origins.has(key) ? null : inbox);
  }
  return origins;
}

/** Queues that certainly only hold messages back, and where these go then. */
function afterWaiting({ inboxes, bindings }: BrokerPicture, deaths: DeathMap): Map<InboxName, InboxName | null> {
  const found = new Map<InboxName, InboxName | null>();
  for (const { inbox, deadLetterTo: to } of inboxes) {
    const verdict = deaths.inboxes.get(inbox);
    if (to === null || verdict?.kind !== 'retry' || !verdict.certain) continue;
    const targets = bindings.flatMap((binding) =>
      binding.from === to.channel && binding.routingKey === to.routingKey && binding.to.kind === 'inbox' ? [binding.to.inbox] : [],
    );
    found.set(inbox, to.channel === '' ? to.routingKey : targets.length === 1 ? (targets[0] ?? null) : null);
  }
  return found;
}

function singleConsumers(picture: BrokerPicture): Map<InboxName, ServiceName> {
  const consumers = new Map<InboxName, ServiceName>();
  for (const { inbox, consumers: members } of picture.inboxes) {
    const services = new Set(members.map(({ service }) => service).filter((service) => service !== null));
    const [only] = services;
    if (services.size === 1 && only !== undefined) consumers.set(inbox, only);
  }
  return consumers;
}
