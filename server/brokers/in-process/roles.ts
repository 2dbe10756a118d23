import { inboxOfGroup } from '@/lib/events/names';
import type { BindingPicture, ChannelKind, ChannelPicture, ConsumerPicture, InboxPicture } from '@/lib/topology/broker-picture';
import { serviceNameOf } from '@/lib/topology/service-name';
import { isAppError } from '@/lib/errors';
import type {
  BrokerSamples,
  GroupSample,
  OutgoingMessage,
  PublishOutcome,
  QueueSample,
  TakeLetterOutcome,
  TakeLetterRequest,
  TapOptions,
} from '../broker';
import type { InProcessEngine } from './engine';
import type { TapSource } from './in-process-tap';
import { openJournalSource } from './journal-source';
import { openLogSource } from './log-source';
import { sameBytes, sameHeaders } from './message';
import type { Group } from './groups';
import type { Queue } from './queue';
import { lastStable } from './last-stable';

/** What differs between the engine as Kafka and the engine as RabbitMQ. */
export interface Role {
  openSource(options: TapOptions): TapSource;
  picture(): {
    readonly channels: readonly ChannelPicture[];
    readonly inboxes: readonly InboxPicture[];
    readonly bindings: readonly BindingPicture[];
  };
  samples(): Omit<BrokerSamples, 'at'>;
  publish(message: OutgoingMessage): PublishOutcome;
  takeLetter(request: TakeLetterRequest): TakeLetterOutcome;
}

export function kafkaRole(engine: InProcessEngine): Role {
  const { topics, groups } = engine;

  /** Topics that a group reads now or has committed on. */
  const topicsOf = (group: Group): string[] => {
    const names = new Set([...group.committed.keys(), ...group.members.flatMap((member) => member.options.topics)]);
    return [...names].filter((name) => topics.topics.has(name)).toSorted();
  };
  const stateOf = (group: Group): string => (group.members.length === 0 ? 'empty' : 'stable');

  const inboxOf = (group: Group, topic: string): InboxPicture => ({
    inbox: inboxOfGroup(topic, group.name),
    kind: 'group',
    title: group.name,
    consumers: group.members
      .filter((member) => member.options.topics.includes(topic))
      .map((member) =>
        consumerOf(
          member.client,
          member.id,
          member.assigned.filter((at) => at.topic === topic).map((at) => at.partition),
          null,
        ),
      ),
    protocol: 'classic',
    state: stateOf(group),
    deadLetterTo: null,
    durable: true,
    autoDelete: false,
    exclusive: false,
    expires: false,
    messageTtlMs: null,
    ours: false,
  });

  const sampleOf = (group: Group, topic: string): GroupSample => ({
    inbox: inboxOfGroup(topic, group.name),
    topic,
    group: group.name,
    state: stateOf(group),
    protocol: 'classic',
    members: group.members.length,
    partitions: topics.topic(topic).partitions.map((log, partition) => ({
      partition,
      committed: group.committed.get(topic)?.get(partition) ?? null,
      logStart: log.first,
      highWatermark: log.end,
      lastStable: lastStable(log),
    })),
  });

  const allGroups = (): { group: Group; topic: string }[] =>
    [...groups.groups.values()].flatMap((group) => topicsOf(group).map((topic) => ({ group, topic })));

  return {
    openSource: (options) => openLogSource(engine, options),
    picture: () => ({
      channels: [...topics.topics.values()].map(({ name, partitions }) => channelOf(name, 'topic', 'topic', partitions.length, null)),
      inboxes: allGroups().map(({ group, topic }) => inboxOf(group, topic)),
      bindings: [],
    }),
    samples: () => ({
      groups: allGroups().map(({ group, topic }) => sampleOf(group, topic)),
      queues: [],
      channels: [...topics.topics.values()].map(({ name, partitions }) => ({
        channel: name,
        publishedTotal: null,
        endOffset: partitions.reduce((sum, log) => sum + log.end, 0),
      })),
    }),
    publish({ to, key, headers, body }) {
      if (to.kind === 'queue') return { confirmed: false, why: 'refused', detail: 'a log has no queue to send to: name the topic' };
      const known = topics.topics.get(to.channel);
      if (known === undefined) return { confirmed: false, why: 'refused', detail: `no topic ${to.channel}` };
      if (to.partition !== null && known.partitions[to.partition] === undefined)
        return { confirmed: false, why: 'refused', detail: `topic ${to.channel} has no partition ${to.partition}` };
      return {
        confirmed: true,
        ...topics.append({ topic: to.channel, key, headers, body, ...(to.partition === null ? {} : { partition: to.partition }) }),
      };
    },
    takeLetter: () => ({ taken: false, why: 'nothing-can-be-taken', detail: 'A record of a log stays until its retention ends.' }),
  };
}

export function rabbitRole(engine: InProcessEngine): Role {
  const { exchanges } = engine;
  const kinds: Readonly<Record<string, ChannelKind>> = {
    topic: 'exchange-topic',
    direct: 'exchange-direct',
    fanout: 'exchange-fanout',
    headers: 'exchange-headers',
  };

  const inboxOf = ({
    name,
    options,
    consumers,
  }: {
    name: string;
    options: Queue['options'];
    consumers: readonly ConsumerPicture[];
  }): InboxPicture => ({
    inbox: name,
    kind: 'queue',
    title: name,
    consumers,
    protocol: options.kind ?? 'classic',
    state: 'running',
    deadLetterTo:
      options.deadLetterExchange === undefined
        ? null
        : { channel: options.deadLetterExchange, routingKey: options.deadLetterRoutingKey ?? null, by: 'argument' },
    durable: options.durable ?? true,
    autoDelete: options.autoDelete ?? false,
    exclusive: options.exclusive ?? false,
    expires: false,
    messageTtlMs: options.messageTtlMs ?? null,
    ours: false,
  });

  const sampleOf = (queue: Queue): QueueSample => ({ inbox: queue.name, ...queue.counts(), measuredAt: engine.clock.now(), by: 'engine' });

  return {
    openSource: (options) => openJournalSource(engine, options),
    picture: () => ({
      channels: [...exchanges.exchanges.values()].map(({ name, type, alternate }) =>
        channelOf(name, kinds[type] ?? 'exchange-other', type, null, alternate ?? null),
      ),
      inboxes: [...exchanges.queues.values()].map((queue) =>
        inboxOf({
          name: queue.name,
          options: queue.options,
          consumers: queue.consumers().map((one) => consumerOf(one.client, one.tag, [], one.prefetch === 0 ? null : one.prefetch)),
        }),
      ),
      bindings: exchanges.bindings.map(({ from, to, routingKey, arguments: args }) => ({
        from,
        to: to.kind === 'queue' ? { kind: 'inbox', inbox: to.name } : { kind: 'channel', channel: to.name },
        routingKey,
        arguments: args,
      })),
    }),
    samples: () => ({
      groups: [],
      queues: [...exchanges.queues.values()].map(sampleOf),
      channels: [
        ...[...exchanges.exchanges.values()].map(({ name, published }) => ({ channel: name, publishedTotal: published, endOffset: null })),
        { channel: '', publishedTotal: exchanges.publishedToDefault, endOffset: null },
      ],
    }),
    publish({ to, headers, body }) {
      const place =
        to.kind === 'queue' ? { exchange: '', routingKey: to.queue } : { exchange: to.channel, routingKey: to.routingKey ?? '' };
      try {
        const result = exchanges.publish({ ...place, headers, body: body ?? new Uint8Array(0) });
        if (result === 'confirmed') return { confirmed: true, partition: null, offset: null };
        return {
          confirmed: false,
          why: result,
          detail: result === 'returned' ? 'no queue wanted it' : 'the broker refused it (a queue is full)',
        };
      } catch (error) {
        if (!isAppError(error)) throw error;
        return { confirmed: false, why: 'refused', detail: error.message };
      }
    },
    takeLetter({ inbox, headers, body, maxDepth }) {
      const queue = exchanges.queues.get(inbox);
      if (queue === undefined) return { taken: false, why: 'not-found', detail: `no queue ${inbox}` };
      const outcome = queue.take(
        (message) => sameBytes(message.body, body ?? new Uint8Array(0)) && sameHeaders(message.headers, headers),
        maxDepth,
      );
      if (outcome === 'taken') return { taken: true };
      return {
        taken: false,
        why: outcome,
        detail: outcome === 'too-deep' ? `more than ${maxDepth} messages are ahead of it` : 'it is not in the queue (any more)',
      };
    },
  };
}

const channelOf = (
  channel: string,
  kind: ChannelKind,
  brokerType: string,
  partitions: number | null,
  alternate: string | null,
): ChannelPicture => ({
  channel,
  kind,
  brokerType,
  partitions,
  internal: false,
  readable: { can: true },
  durable: true,
  autoDelete: false,
  alternate,
});

const consumerOf = (client: string, id: string, partitions: readonly number[], prefetch: number | null): ConsumerPicture => ({
  service: serviceNameOf(client),
  rawName: client,
  id,
  host: null,
  partitions,
  prefetch,
});
