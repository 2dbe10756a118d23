import type { BrokerName, BrokerSystem, ChannelName, Evidence, InboxName, Micros, ServiceName } from '@/lib/events/names';
import { groupOfInbox } from '@/lib/events/names';
import type { EdgeId, NodeId, TopologyEdge, TopologyNode } from '@/lib/contract/topology';
import { classifyChannels, type DeathMap } from '@/lib/dead-letters/classify-channels';
import { namesDeadLetters } from './dead-letter-names';
import { channelNode, edgeId, inboxNode, serviceNode, unknownProducerNode } from './node-ids';
import type { BrokerPicture, ChannelPicture, InboxPicture } from './broker-picture';

/** Counts of an edge over the asked window, from the rollups (the store's `EdgeTotal`). */
export interface SeenEdge {
  readonly kind: 'publish' | 'route' | 'dead-letter';
  readonly broker: BrokerName;
  readonly source: ServiceName | null;
  readonly channel: ChannelName;
  readonly inbox: InboxName | null;
  readonly count: number;
  readonly failed: number;
  readonly last: Micros;
}

export interface TopologyInput {
  readonly brokers: readonly { readonly name: BrokerName; readonly system: BrokerSystem; readonly inProcess: boolean }[];
  readonly pictures: readonly BrokerPicture[];
  readonly seen: readonly SeenEdge[];
  /** The user's own names: client id, connection name, group, queue or source → service. */
  readonly serviceNames: Readonly<Record<string, string>>;
  /** Inbox node → events taken in the window (Δ committed offset, acknowledged); absent where nobody counted. */
  readonly taken: ReadonlyMap<NodeId, number>;
}

/**
 * Draws who talks to whom out of what brokers declare and what was seen (docs/spec/topology.md [TP2]–[TP9]). Nodes are services, channels and
 * inboxes; an edge keeps every evidence it has, strongest first. What is ours or the broker's own is left out. Nodes and edges come in a
 * stable order, so that the same facts give the same picture.
 */
export function buildTopology(input: TopologyInput): { readonly nodes: readonly TopologyNode[]; readonly edges: readonly TopologyEdge[] } {
  const drawing = new Drawing(input);
  for (const picture of input.pictures) drawing.declare(picture);
  for (const edge of input.seen) drawing.see(edge);
  return drawing.finish();
}

const STRENGTH: Readonly<Record<Evidence, number>> = { seen: 0, declared: 1, inferred: 2 };

interface Service {
  readonly title: ServiceName;
  readonly unknown: string | null;
  publishes: boolean;
  consumes: boolean;
  members: number | null;
}

interface Edge {
  readonly kind: TopologyEdge['kind'];
  readonly from: NodeId;
  readonly to: NodeId;
  readonly broker: BrokerName;
  readonly evidence: Map<Evidence, { readonly kind: Evidence; readonly text: string; readonly at: Micros | null }>;
  count: number;
}

type ChannelNode = Extract<TopologyNode, { kind: 'channel' }>;
type InboxNode = Extract<TopologyNode, { kind: 'inbox' }>;

class Drawing {
  private readonly services = new Map<NodeId, Service>();
  private readonly channels = new Map<NodeId, ChannelNode>();
  private readonly inboxes = new Map<NodeId, InboxNode>();
  private readonly edges = new Map<EdgeId, Edge>();
  /** Channels that stand in a picture without a line to anything: drawn only when a person would look for them. */
  private readonly quiet = new Set<NodeId>();
  private readonly hidden = new Set<NodeId>();
  /** Kafka: events written to a topic in the window; each of its groups gets them all. */
  private readonly written = new Map<NodeId, { count: number; last: Micros }>();

  constructor(private readonly input: TopologyInput) {}

  declare(picture: BrokerPicture): void {
    const { broker } = picture;
    const deaths = classifyChannels(picture);
    for (const channel of picture.channels)
      this.declareChannel(picture, channel, deaths.channels.get(channel.channel)?.kind === 'dead-letter');
    for (const inbox of picture.inboxes) {
      const topic = inbox.kind === 'group' ? groupOfInbox(inbox.inbox).topic : null;
      if (inbox.ours || isOurs(inbox.title) || (topic !== null && this.hidden.has(channelNode(broker, topic))))
        this.hidden.add(inboxNode(broker, inbox.inbox));
      else this.declareInbox(picture, inbox, deaths);
    }
    for (const binding of picture.bindings) {
      if (binding.from === '') continue;
      const to = binding.to.kind === 'inbox' ? inboxNode(broker, binding.to.inbox) : channelNode(broker, binding.to.channel);
      const from = channelNode(broker, binding.from);
      if (this.hidden.has(from) || this.hidden.has(to) || !this.channels.has(from)) continue;
      if (binding.to.kind === 'inbox' ? !this.inboxes.has(to) : !this.channels.has(to)) continue;
      this.edge(
        'route',
        from,
        to,
        broker,
        'declared',
        binding.routingKey === '' ? 'A binding of the broker.' : `Bound with ${binding.routingKey}.`,
        null,
        0,
      );
    }
    for (const channel of picture.channels) {
      if (channel.alternate === null) continue;
      const [from, to] = [channelNode(broker, channel.channel), channelNode(broker, channel.alternate)];
      if (this.channels.has(from) && this.channels.has(to))
        this.edge('route', from, to, broker, 'declared', 'Alternate exchange: what no binding takes.', null, 0);
    }
  }

  private declareChannel(picture: BrokerPicture, channel: ChannelPicture, deadLetter: boolean): void {
    const id = channelNode(picture.broker, channel.channel);
    if (channel.internal || isOurs(channel.channel)) {
      this.hidden.add(id);
      return;
    }
    if (channel.channel === '' || channel.channel.startsWith('amq.')) this.quiet.add(id);
    this.channels.set(id, {
      id,
      kind: 'channel',
      broker: picture.broker,
      system: picture.system,
      inProcess: picture.inProcess,
      title: channel.channel,
      channelKind: channel.kind,
      partitions: channel.partitions,
      deadLetter,
      unreadable: channel.readable.can ? null : channel.readable.why,
    });
  }

  private declareInbox(picture: BrokerPicture, inbox: InboxPicture, deaths: DeathMap): void {
    const { broker } = picture;
    const id = inboxNode(broker, inbox.inbox);
    const topic = inbox.kind === 'group' ? groupOfInbox(inbox.inbox).topic : null;
    const death = deaths.inboxes.get(inbox.inbox);
    const why = death?.kind === 'dead-letter' ? death.why : null;
    this.inboxes.set(id, {
      id,
      kind: 'inbox',
      broker,
      system: picture.system,
      inProcess: picture.inProcess,
      title: inbox.title,
      inbox: inbox.inbox,
      inboxKind: inbox.kind,
      deadLetter: why !== null,
      deadLetterWhy: why,
      ...(death?.kind === 'retry' && death.certain && { waits: true as const }),
    });
    if (topic !== null) {
      this.ensureChannel(broker, topic);
      this.edge(
        'route',
        channelNode(broker, topic),
        id,
        broker,
        'declared',
        'The group has an offset or an assignment on this topic.',
        null,
        0,
      );
    } else if (
      picture.system === 'rabbitmq' &&
      !this.isSentToByName(picture, inbox) &&
      !picture.bindings.some((binding) => binding.from !== '' && binding.to.kind === 'inbox' && binding.to.inbox === inbox.inbox)
    ) {
      const from = channelNode(broker, '');
      if (this.channels.has(from))
        this.edge(
          'route',
          from,
          id,
          broker,
          'declared',
          'Every queue can be sent to by its name through the default exchange; only counters tell of it.',
          null,
          0,
        );
    }
    this.declareConsumers(broker, id, inbox);
    this.declareDeadLetter(broker, id, inbox);
  }

  /** Rejected messages come by name: the line from the other queue says it better than one from the default exchange. */
  private isSentToByName(picture: BrokerPicture, { inbox }: InboxPicture): boolean {
    return picture.inboxes.some((other) => other.deadLetterTo?.channel === '' && other.deadLetterTo.routingKey === inbox);
  }

  private declareConsumers(broker: BrokerName, id: NodeId, inbox: InboxPicture): void {
    const byService = new Map<string, { title: ServiceName; members: number; inferred: boolean; unknown: string | null }>();
    for (const consumer of inbox.consumers) {
      const { title, inferred } = this.consumerName(inbox, consumer.rawName, consumer.service);
      const node = title === null ? `service:?${broker}/${inbox.inbox}` : serviceNode(title);
      const known = byService.get(node);
      if (known) known.members += 1;
      else
        byService.set(node, {
          title: title ?? 'unknown consumer',
          members: 1,
          inferred,
          unknown: title === null ? 'Its connection has no name that tells a service.' : null,
        });
    }
    if (byService.size === 0 && inbox.kind === 'group') {
      const title = this.mapped(inbox.title) ?? inbox.title;
      byService.set(serviceNode(title), { title, members: 0, inferred: true, unknown: null });
    }
    const taken = this.input.taken.get(id);
    for (const [node, { title, members, inferred, unknown }] of byService) {
      const service = this.service(node, title, unknown);
      service.consumes = true;
      service.members = (service.members ?? 0) + members;
      const shared = byService.size > 1 ? ` ${byService.size} services share it; the broker does not tell who took how many.` : '';
      if (taken !== undefined && taken > 0)
        this.edge(
          'consume',
          id,
          node,
          broker,
          'seen',
          `${inbox.kind === 'group' ? 'Its committed offset moves.' : 'Messages are acknowledged.'}${shared}`,
          null,
          taken,
        );
      if (members > 0)
        this.edge(
          'consume',
          id,
          node,
          broker,
          'declared',
          `${members === 1 ? 'One consumer is' : `${members} consumers are`} connected.${shared}`,
          null,
          0,
        );
      if (inferred) this.edge('consume', id, node, broker, 'inferred', "Named after its group: no member's name tells a service.", null, 0);
    }
  }

  private consumerName(
    inbox: InboxPicture,
    rawName: string,
    service: ServiceName | null,
  ): { title: ServiceName | null; inferred: boolean } {
    const named = this.mapped(rawName) ?? (service === null ? undefined : this.mapped(service)) ?? this.mapped(inbox.title);
    if (named !== undefined) return { title: named, inferred: false };
    if (service !== null && service !== '') return { title: service, inferred: false };
    return inbox.kind === 'group' ? { title: inbox.title, inferred: true } : { title: null, inferred: false };
  }

  private declareDeadLetter(broker: BrokerName, id: NodeId, inbox: InboxPicture): void {
    if (!inbox.deadLetterTo) return;
    const { channel, routingKey, by } = inbox.deadLetterTo;
    const text = `Rejected or expired messages go here (by ${by}).`;
    if (channel === '') {
      if (routingKey !== null)
        this.edge(
          'dead-letter',
          id,
          inboxNode(broker, routingKey),
          broker,
          'declared',
          `${text} Through the default exchange: they are counted, not read.`,
          null,
          0,
        );
      return;
    }
    this.edge('dead-letter', id, channelNode(broker, channel), broker, 'declared', text, null, 0);
  }

  see(edge: SeenEdge): void {
    const { broker, channel } = edge;
    const to = channelNode(broker, channel);
    if (this.hidden.has(to) || isOurs(channel)) return;
    if (edge.kind === 'route' && (edge.inbox === null || this.hidden.has(inboxNode(broker, edge.inbox)) || isOurs(edge.inbox))) return;
    const node = this.ensureChannel(broker, channel);
    if (edge.kind === 'route' && edge.inbox !== null) {
      const inbox = this.ensureInbox(broker, edge.inbox);
      this.edge('route', to, inbox, broker, 'seen', 'Events went this way by the bindings of their time.', edge.last, edge.count);
      return;
    }
    const written = this.written.get(to);
    this.written.set(to, { count: (written?.count ?? 0) + edge.count, last: Math.max(written?.last ?? 0, edge.last) });
    if (edge.kind === 'publish') {
      const from = edge.source === null ? this.unknownProducer(broker, channel, 'Its events name no source.') : this.producer(edge.source);
      this.edge('publish', from, to, broker, 'seen', 'Its events say who sent them.', edge.last, edge.count);
      return;
    }
    if (!node.deadLetter) this.channels.set(to, { ...node, deadLetter: true });
    const died = edge.inbox === null ? this.onlyInboxThatDiesInto(to) : this.ensureInbox(broker, edge.inbox);
    if (died !== null)
      this.edge(
        'dead-letter',
        died,
        to,
        broker,
        edge.inbox === null ? 'inferred' : 'seen',
        edge.inbox === null ? 'The only inbox whose letters go here.' : 'Letters say that they died here.',
        edge.last,
        edge.count,
      );
    else
      this.edge(
        'dead-letter',
        this.unknownProducer(broker, channel, 'The letters do not say where they died.'),
        to,
        broker,
        'seen',
        'Letters of unknown origin.',
        edge.last,
        edge.count,
      );
  }

  private onlyInboxThatDiesInto(channel: NodeId): NodeId | null {
    const from = [...this.edges.values()].filter(
      (edge) => edge.kind === 'dead-letter' && edge.to === channel && edge.evidence.has('declared'),
    );
    return from.length === 1 ? (from[0]?.from ?? null) : null;
  }

  private mapped(name: string): ServiceName | undefined {
    return Object.hasOwn(this.input.serviceNames, name) ? this.input.serviceNames[name] : undefined;
  }

  private producer(source: ServiceName): NodeId {
    const title = this.mapped(source) ?? source;
    const id = serviceNode(title);
    this.service(id, title, null).publishes = true;
    return id;
  }

  private unknownProducer(broker: BrokerName, channel: ChannelName, why: string): NodeId {
    const id = unknownProducerNode(broker, channel);
    this.service(id, 'unknown producer', why).publishes = true;
    return id;
  }

  private service(id: NodeId, title: ServiceName, unknown: string | null): Service {
    const known = this.services.get(id);
    if (known) return known;
    const made: Service = { title, unknown, publishes: false, consumes: false, members: null };
    this.services.set(id, made);
    return made;
  }

  private ensureChannel(broker: BrokerName, channel: ChannelName): ChannelNode {
    const id = channelNode(broker, channel);
    const known = this.channels.get(id);
    if (known) return known;
    const { system, inProcess } = this.brokerOf(broker);
    const made: ChannelNode = {
      id,
      kind: 'channel',
      broker,
      system,
      inProcess,
      title: channel,
      channelKind: system === 'kafka' ? 'topic' : 'exchange-other',
      partitions: null,
      deadLetter: namesDeadLetters(channel),
      unreadable: null,
    };
    this.channels.set(id, made);
    return made;
  }

  private ensureInbox(broker: BrokerName, inbox: InboxName): NodeId {
    const id = inboxNode(broker, inbox);
    if (this.inboxes.has(id)) return id;
    const { system, inProcess } = this.brokerOf(broker);
    const { group, topic } = groupOfInbox(inbox);
    const deadLetter = topic === null && namesDeadLetters(inbox);
    this.inboxes.set(id, {
      id,
      kind: 'inbox',
      broker,
      system,
      inProcess,
      title: system === 'kafka' ? group : inbox,
      inbox,
      inboxKind: system === 'kafka' ? 'group' : 'queue',
      deadLetter,
      deadLetterWhy: deadLetter ? 'Its name says so.' : null,
    });
    return id;
  }

  private brokerOf(broker: BrokerName): { system: BrokerSystem; inProcess: boolean } {
    return (
      this.input.pictures.find((picture) => picture.broker === broker) ??
      this.input.brokers.find(({ name }) => name === broker) ?? { system: 'kafka', inProcess: false }
    );
  }

  private edge(
    kind: TopologyEdge['kind'],
    from: NodeId,
    to: NodeId,
    broker: BrokerName,
    evidence: Evidence,
    text: string,
    at: Micros | null,
    count: number,
  ): void {
    const id = edgeId(kind, from, to);
    const edge = this.edges.get(id) ?? { kind, from, to, broker, evidence: new Map(), count: 0 };
    const known = edge.evidence.get(evidence);
    edge.evidence.set(
      evidence,
      known ? { ...known, at: at === null ? known.at : Math.max(known.at ?? 0, at) } : { kind: evidence, text, at },
    );
    edge.count += count;
    this.edges.set(id, edge);
  }

  finish(): { readonly nodes: readonly TopologyNode[]; readonly edges: readonly TopologyEdge[] } {
    for (const edge of this.edges.values()) {
      const from = this.channels.get(edge.from);
      const to = this.inboxes.get(edge.to);
      const written = this.written.get(edge.from);
      if (edge.kind !== 'route' || from?.system !== 'kafka' || !to || !written || edge.evidence.has('seen')) continue;
      edge.count = written.count;
      if ((this.input.taken.get(to.id) ?? 0) > 0)
        edge.evidence.set('seen', { kind: 'seen', text: "The topic's events, and the group's offset moves.", at: written.last });
    }
    const edges = [...this.edges]
      .filter(([, edge]) => this.has(edge.from) && this.has(edge.to))
      .map(([id, edge]) => this.drawn(id, edge))
      .toSorted(byId);
    const joined = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
    const channels = [...this.channels.values()].filter((node) => !this.quiet.has(node.id) || joined.has(node.id));
    const services = [...this.services].map(([id, service]): TopologyNode => ({ id, kind: 'service', ...service }));
    return { nodes: [...services, ...channels, ...this.inboxes.values()].toSorted(byId), edges };
  }

  private has(id: NodeId): boolean {
    return this.services.has(id) || this.channels.has(id) || this.inboxes.has(id);
  }

  private drawn(id: EdgeId, { kind, from, to, broker, evidence, count }: Edge): TopologyEdge {
    return {
      id,
      kind,
      from,
      to,
      broker,
      system: this.brokerOf(broker).system,
      evidence: [...evidence.values()].toSorted((a, b) => STRENGTH[a.kind] - STRENGTH[b.kind]),
      count,
    };
  }
}

const isOurs = (name: string): boolean => name.startsWith('eventyard.');
const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
