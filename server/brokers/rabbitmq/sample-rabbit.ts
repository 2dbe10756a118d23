import type { Channel } from 'amqplib';
import type { BrokerSamples, QueueSample, SampleRequest } from '../broker';
import { openChannel } from './amqp-link';
import { nowMicros } from './clock';
import { type JsonObject, type ManagementApi, numberIn, objectIn, textIn } from './management-api';
import type { OperationsLink } from './operations-link';
import { isOurs } from './rabbit-settings';
import { effectivePolicy, readPolicies } from './policies';

/** The management API gathers its numbers every 5 s at best, and asking costs every node: asked more often it is answered from here. */
const LISTED_FOR_MS = 5_000;

interface Listed {
  readonly at: number;
  readonly queues: ReadonlyMap<string, ListedQueue>;
  readonly channels: BrokerSamples['channels'];
}

interface ListedQueue {
  readonly sample: QueueSample;
  /** A passive declare would renew its life, or be refused. */
  readonly untouchable: boolean;
}

/** Measures a vhost: queues somebody looks at by passive declare (as of now), the others as the management API last told. */
export class RabbitSampler {
  private listed: Listed | null = null;
  private listing: Promise<Listed> | null = null;

  constructor(
    private readonly operations: OperationsLink,
    private readonly api: ManagementApi,
  ) {}

  async sample({ watched }: SampleRequest): Promise<BrokerSamples> {
    const listed = await this.list(watched);
    const fast = [...watched].filter((name) => listed.queues.get(name)?.untouchable === false);
    const declared = await this.declare(fast);
    const queues = [...listed.queues.entries()]
      .filter(([name]) => !isOurs(name))
      .map(([name, { sample }]) => declared.get(name)?.(sample) ?? sample);
    return { at: nowMicros(), groups: [], queues, channels: listed.channels };
  }

  private list(watched: ReadonlySet<string>): Promise<Listed> {
    const { listed } = this;
    // Somebody looks at a queue that is not in the list: it may have been made since.
    const goodFor = [...watched].every((name) => listed?.queues.has(name)) ? LISTED_FOR_MS : LISTED_FOR_MS / 5;
    if (listed !== null && Date.now() - listed.at < goodFor) return Promise.resolve(listed);
    this.listing ??= readList(this.api)
      .then((fresh) => (this.listed = fresh))
      .finally(() => (this.listing = null));
    return this.listing;
  }

  private async declare(names: readonly string[]): Promise<ReadonlyMap<string, (listed: QueueSample) => QueueSample>> {
    const fresh = new Map<string, (listed: QueueSample) => QueueSample>();
    if (names.length === 0) return fresh;
    const link = await this.operations.open().catch(() => null);
    if (link === null) return fresh;
    let channel: Channel | null = null;
    for (const name of names) {
      try {
        channel ??= await openChannel(link);
        const { messageCount: ready, consumerCount: consumers } = await channel.checkQueue(name);
        const measuredAt = Date.now();
        fresh.set(name, (listed) => ({ ...listed, ready, consumers, measuredAt, by: 'passive-declare' }));
      } catch {
        channel = null; // it went, or is somebody's own: the refusal closed the channel
      }
    }
    await channel?.close().catch(() => undefined);
    return fresh;
  }
}

async function readList(api: ManagementApi): Promise<Listed> {
  const overview = (await api.get('overview')) as JsonObject;
  const withoutStatistics = overview['disable_stats'] === true;
  const cheap = 'disable_stats=true&enable_queue_totals=true';
  const [queues, exchanges, { policies }] = await Promise.all([
    api.list(`queues/{vhost}?${withoutStatistics ? cheap : 'sort=name'}`),
    api.list('exchanges/{vhost}'),
    readPolicies(api),
  ]);
  const at = Date.now();
  return {
    at,
    queues: new Map(
      queues.map((queue) => {
        const name = textIn(queue, 'name') ?? '';
        const policy = effectivePolicy(policies, `${textIn(queue, 'type') ?? 'classic'}-queue`, name);
        const expires =
          'x-expires' in objectIn(queue, 'arguments') || 'expires' in policy || 'expires' in objectIn(queue, 'effective_policy_definition');
        return [name, { sample: toSample(queue, at, withoutStatistics), untouchable: expires || queue['exclusive'] === true }];
      }),
    ),
    channels: exchanges
      .filter((one) => !isOurs(textIn(one, 'name') ?? ''))
      .map((one) => ({
        channel: textIn(one, 'name') ?? '',
        publishedTotal: withoutStatistics ? null : (numberIn(objectIn(one, 'message_stats'), 'publish_in') ?? 0),
        endOffset: null,
      })),
  };
}

function toSample(queue: JsonObject, measuredAt: number, withoutStatistics: boolean): QueueSample {
  const stats = objectIn(queue, 'message_stats');
  // A counter that never counted is not told at all.
  const counter = (name: string): number | null => (withoutStatistics ? null : (numberIn(stats, name) ?? 0));
  return {
    inbox: textIn(queue, 'name') ?? '',
    ready: numberIn(queue, 'messages_ready'),
    unacked: numberIn(queue, 'messages_unacknowledged'),
    consumers: numberIn(queue, 'consumers'),
    published: counter('publish'),
    delivered: counter('deliver_get'),
    acked: counter('ack'),
    redelivered: counter('redeliver'),
    measuredAt,
    by: 'management',
  };
}
