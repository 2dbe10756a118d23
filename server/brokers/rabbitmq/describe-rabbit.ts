import { isAppError } from '@/lib/errors';
import type {
  BindingPicture,
  BrokerPicture,
  ChannelKind,
  ChannelPicture,
  ConsumerPicture,
  InboxPicture,
} from '@/lib/topology/broker-picture';
import { matcherOf } from '@/lib/topology/name-pattern';
import { serviceNameOf } from '@/lib/topology/service-name';
import { type JsonObject, type ManagementApi, numberIn, objectIn, textIn } from './management-api';
import { whyUnreadable } from './mirror-plan';
import { type RabbitSettings, isOurs } from './rabbit-settings';
import { type RabbitExchange, type RabbitQueue, readTopology } from './rabbit-topology';
import { nowMicros } from './clock';

/** The vhost as a picture. Throws only when the management API can't be reached or refuses everything; parts that can't be read stand in `missing`. */
export async function describeRabbit(api: ManagementApi, settings: RabbitSettings): Promise<BrokerPicture> {
  const missing: { part: string; reason: string }[] = [];
  const or = async <T>(part: string, ask: Promise<T>, none: T): Promise<T> =>
    ask.catch((error: unknown) => {
      missing.push({ part, reason: isAppError(error) ? error.message : 'not readable' });
      return none;
    });
  const [topology, overview, consumers] = await Promise.all([
    readTopology(api),
    or('version', api.get('overview') as Promise<JsonObject>, {}),
    or('consumers', readConsumers(api), new Map<string, ConsumerPicture[]>()),
  ]);
  if (topology.policiesMissing !== null) missing.push({ part: 'policies', reason: topology.policiesMissing });
  const chosen = matcherOf(settings.includeAutoDelete ?? []);
  return {
    broker: settings.name,
    system: 'rabbitmq',
    inProcess: false,
    at: nowMicros(),
    product:
      `${textIn(overview, 'product_name') ?? 'RabbitMQ'} ${textIn(overview, 'product_version') ?? textIn(overview, 'rabbitmq_version') ?? ''}`.trim(),
    channels: topology.exchanges.filter((one) => !isOurs(one.name)).map((one) => toChannel(one, chosen)),
    inboxes: topology.queues.map((one) => toInbox(one, consumers.get(one.name) ?? [])),
    bindings: topology.bindings
      .filter((one) => !isOurs(one.destination) && !isOurs(one.source))
      .map((one): BindingPicture => ({
        from: one.source,
        to: one.toQueue ? { kind: 'inbox', inbox: one.destination } : { kind: 'channel', channel: one.destination },
        routingKey: one.routingKey,
        arguments: one.arguments,
      })),
    missing,
  };
}

function toChannel(exchange: RabbitExchange, chosen: (name: string) => boolean): ChannelPicture {
  const why = whyUnreadable(exchange, chosen);
  return {
    channel: exchange.name,
    kind: (exchange.rule === 'opaque' ? 'exchange-other' : `exchange-${exchange.rule}`) satisfies ChannelKind,
    brokerType: exchange.type,
    partitions: null,
    internal: exchange.internal,
    readable: why === null ? { can: true } : { can: false, why },
    durable: exchange.durable,
    autoDelete: exchange.autoDelete,
    alternate: exchange.alternate,
  };
}

const toInbox = (queue: RabbitQueue, consumers: readonly ConsumerPicture[]): InboxPicture => ({
  inbox: queue.name,
  kind: 'queue',
  title: queue.name,
  consumers,
  protocol: queue.type,
  state: queue.state,
  deadLetterTo:
    queue.deadLetterTo === null
      ? null
      : { channel: queue.deadLetterTo.exchange, routingKey: queue.deadLetterTo.routingKey, by: queue.deadLetterTo.by },
  durable: queue.durable,
  autoDelete: queue.autoDelete,
  exclusive: queue.exclusive,
  expires: queue.expires,
  messageTtlMs: queue.messageTtlMs,
  ours: isOurs(queue.name),
});

/** Consumers by queue. The name an application gave its connection is the connection's, not the consumer's. Answers 400 where statistics are off. */
async function readConsumers(api: ManagementApi): Promise<ReadonlyMap<string, ConsumerPicture[]>> {
  const [consumers, connections] = await Promise.all([
    api.get('consumers/{vhost}') as Promise<readonly JsonObject[]>,
    readConnectionNames(api),
  ]);
  const byQueue = new Map<string, ConsumerPicture[]>();
  for (const consumer of consumers) {
    const queue = textIn(objectIn(consumer, 'queue'), 'name');
    const channel = objectIn(consumer, 'channel_details');
    const connection = textIn(channel, 'connection_name') ?? '';
    const host = textIn(channel, 'peer_host');
    const rawName = connections.get(connection) ?? connection;
    if (queue === null) continue;
    const list = byQueue.get(queue) ?? [];
    const tag = textIn(consumer, 'consumer_tag') ?? '';
    list.push({
      service: serviceNameOf(rawName, host),
      rawName,
      id: `${connection} ${tag}`,
      host,
      partitions: [],
      prefetch: numberIn(consumer, 'prefetch_count'),
    });
    byQueue.set(queue, list);
  }
  return byQueue;
}

async function readConnectionNames(api: ManagementApi): Promise<ReadonlyMap<string, string>> {
  const connections = await api.list('connections?columns=name,client_properties.connection_name,user_provided_name').catch(() => []);
  return new Map(
    connections.flatMap((one) => {
      const given = textIn(objectIn(one, 'client_properties'), 'connection_name') ?? textIn(one, 'user_provided_name');
      return given === null ? [] : [[textIn(one, 'name') ?? '', given] as const];
    }),
  );
}
