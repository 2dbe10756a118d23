import { inboxOfGroup, type BrokerName } from '@/lib/events/names';
import type { BindingPicture, BrokerPicture, ChannelPicture, ConsumerPicture, InboxPicture } from '@/lib/topology/broker-picture';
import { serviceNameOf } from '@/lib/topology/service-name';
import type { KafkaLink } from '../kafka-link';
import { internalReasonOf } from '../topics';
import type { DescribedMember } from '../wire/group-describe';
import type { TopicMetadata } from '../wire/metadata';
import { API_VERSIONS, encodeApiVersions, readProduct } from '../wire/product';
import { membersOn, topicsOf, type GroupSurvey, type Missing, type SurveyedGroup } from './group-survey';

/** The cluster's own account of itself: topics, groups on topics, members with their partitions. */
export async function describeCluster(
  link: KafkaLink,
  groups: GroupSurvey,
  names: { broker: BrokerName; ownGroup: string | null },
  now: () => number,
): Promise<BrokerPicture> {
  const missing: Missing[] = [];
  const { topics } = await link.metadata();
  const product = await productOf(link);
  const surveyed = await groups.survey(await groups.list(missing), missing);
  const reasonOf = internalReasonOf(topics);
  const channels = topics.map((topic) => channelOf(topic, reasonOf(topic)));
  const visible = new Set(channels.filter((channel) => !channel.internal).map((channel) => channel.channel));
  const inboxes = surveyed.flatMap((group) =>
    [...topicsOf(group)].filter((topic) => visible.has(topic)).map((topic) => ({ topic, inbox: inboxOf(group, topic, names.ownGroup) })),
  );
  return {
    broker: names.broker,
    system: 'kafka',
    inProcess: false,
    at: Math.round(now() * 1000),
    product,
    channels,
    inboxes: inboxes.map(({ inbox }) => inbox),
    bindings: inboxes.map(({ topic, inbox }): BindingPicture => ({
      from: topic,
      to: { kind: 'inbox', inbox: inbox.inbox },
      routingKey: '',
      arguments: {},
    })),
    missing,
  };
}

async function productOf(link: KafkaLink): Promise<string> {
  if ((await link.versionOf(null, API_VERSIONS)) < 3) return 'Kafka';
  try {
    return (
      await link.send(null, { apiKey: API_VERSIONS, apiName: 'ApiVersions', apiVersion: 3, bytes: encodeApiVersions(), read: readProduct })
    ).product;
  } catch {
    return 'Kafka';
  }
}

function channelOf(topic: TopicMetadata, internalReason: string | null): ChannelPicture {
  const why = internalReason ?? (topic.mayRead === false ? 'our user has no right to read it (READ on this topic)' : null);
  return {
    channel: topic.name,
    kind: 'topic',
    brokerType: 'topic',
    partitions: topic.partitions.length,
    internal: internalReason !== null,
    readable: why === null ? { can: true } : { can: false, why },
    durable: true,
    autoDelete: false,
    alternate: null,
  };
}

function inboxOf(group: SurveyedGroup, topic: string, ownGroup: string | null): InboxPicture {
  return {
    inbox: inboxOfGroup(topic, group.group),
    kind: 'group',
    title: group.group,
    consumers: membersOn(group, topic).map((member) => consumerOf(member, topic)),
    protocol: group.protocol,
    state: group.state,
    deadLetterTo: null,
    durable: true,
    autoDelete: false,
    exclusive: false,
    expires: false,
    messageTtlMs: null,
    ours: group.group === ownGroup,
  };
}

function consumerOf(member: DescribedMember, topic: string): ConsumerPicture {
  const host = member.host.replace(/^\//, '');
  return {
    service: serviceNameOf(member.clientId, host === '' ? null : host),
    rawName: member.clientId,
    id: member.memberId,
    host: host === '' ? null : host,
    partitions: member.assignment.get(topic) ?? [],
    prefetch: null,
  };
}
