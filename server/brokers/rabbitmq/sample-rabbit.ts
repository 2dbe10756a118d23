import type { Channel } from 'amqplib';
import type { BrokerSamples, QueueSample, SampleRequest } from '../broker';
import { openChannel } from './amqp-link';
import { nowMicros } from './clock';
import { type JsonObject, type ManagementApi, numberIn, objectIn, textIn } from './management-api';
import type { OperationsLink } from './operations-link';
import { messageOf } from './rabbit-errors';
import { isOurs } from './rabbit-settings';
import { effectivePolicy, readPolicies } from './policies';
import type { PrometheusNumbers, PrometheusReader } from './prometheus';

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
  /** The list whose counters were given last. */
  private counted: Listed | null = null;
  /** Why the Prometheus plugin could not be asked. */
  problem: string | null = null;

  constructor(
    private readonly operations: OperationsLink,
    private readonly api: ManagementApi,
    private readonly prometheus: PrometheusReader | null,
  ) {}

  async sample({ watched }: SampleRequest): Promise<BrokerSamples> {
    const listed = await this.list(watched);
    const fast = [...watched].filter((name) => listed.queues.get(name)?.untouchable === false);
    const countersAreNew = this.counted !== listed;
    this.counted = listed;
    const declared = await this.declare(fast, countersAreNew);
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
    this.listing ??= this.read()
      .then((fresh) => (this.listed = fresh))
      .finally(() => (this.listing = null));
    return this.listing;
  }

  private async read(): Promise<Listed> {
    const numbers = await this.readPrometheus();
    return readList(this.api, numbers);
  }

  private async readPrometheus(): Promise<PrometheusNumbers | null> {
    if (this.prometheus === null) return null;
    try {
      const numbers = await this.prometheus.read();
      this.problem = null;
      return numbers;
    } catch (error) {
      this.problem = messageOf(error);
      return null;
    }
  }

  /** Depth and consumers as of now. Counters go along only while they are new: with the time of now they would be counters that stood still. */
  private async declare(
    names: readonly string[],
    countersAreNew: boolean,
  ): Promise<ReadonlyMap<string, (listed: QueueSample) => QueueSample>> {
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
        fresh.set(name, (listed) => ({
          ...listed,
          ...(countersAreNew ? {} : { measuredAt, ...NOT_COUNTED }),
          ready,
          consumers,
          by: 'passive-declare',
        }));
      } catch {
        channel = null; // it went, or is somebody's own: the refusal closed the channel
      }
    }
    await channel?.close().catch(() => undefined);
    return fresh;
  }
}

const NOT_COUNTED = { unacked: null, published: null, delivered: null, acked: null, redelivered: null } as const;

async function readList(api: ManagementApi, told: PrometheusNumbers | null): Promise<Listed> {
  const overview = (await api.get('overview')) as JsonObject;
  const disabled = overview['disable_stats'] === true;
  const prometheus = told !== null && (told.complete || disabled) ? told : null;
  // With Prometheus the API is asked for names only, which costs the broker little.
  const withoutStatistics = disabled || prometheus !== null;
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
        return [
          name,
          {
            sample: prometheusSample(prometheus, name, at) ?? toSample(queue, at, withoutStatistics),
            untouchable: expires || queue['exclusive'] === true,
          },
        ];
      }),
    ),
    channels: exchanges
      .filter((one) => !isOurs(textIn(one, 'name') ?? ''))
      .map((one) => ({
        channel: textIn(one, 'name') ?? '',
        publishedTotal: publishedTo(one, prometheus, withoutStatistics),
        endOffset: null,
      })),
  };
}

function publishedTo(exchange: JsonObject, prometheus: PrometheusNumbers | null, withoutStatistics: boolean): number | null {
  if (prometheus !== null) return prometheus.exchanges.get(textIn(exchange, 'name') ?? '') ?? 0;
  return withoutStatistics ? null : (numberIn(objectIn(exchange, 'message_stats'), 'publish_in') ?? 0);
}

function prometheusSample(prometheus: PrometheusNumbers | null, inbox: string, measuredAt: number): QueueSample | null {
  const numbers = prometheus?.queues.get(inbox);
  return numbers === undefined ? null : { inbox, ...numbers, measuredAt, by: 'prometheus' };
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
