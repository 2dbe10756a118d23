import { AppError } from '@/lib/errors';
import { httpGet, whyNot } from './http-get';
import type { TlsSettings } from './rabbit-settings';

/** What the Prometheus plugin tells of one vhost. Counters are since we first looked: they only grow, whatever channels and nodes come and go. */
export interface PrometheusNumbers {
  /** False: this version counts by channel only, so what a channel counted between its last look and its end is missing. */
  readonly complete: boolean;
  readonly queues: ReadonlyMap<string, PrometheusQueue>;
  /** Messages published to an exchange. */
  readonly exchanges: ReadonlyMap<string, number>;
}

export interface PrometheusQueue {
  readonly ready: number | null;
  readonly unacked: number | null;
  readonly consumers: number | null;
  readonly published: number;
  readonly delivered: number;
  readonly acked: number;
  readonly redelivered: number;
}

export interface Line {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const ANSWER_WITHIN_MS = 10_000;
const PREFIX = 'rabbitmq_detailed_';
/** The first three exist since 3.9, the others count the same by queue and exchange and came later; what a version does not know it leaves out. */
const FAMILIES = [
  'queue_coarse_metrics',
  'queue_consumer_count',
  'channel_queue_metrics',
  'channel_exchange_metrics',
  'channel_queue_exchange_metrics',
  'queue_delivery_metrics',
  'queue_exchange_metrics',
  'exchange_metrics',
];

type Count = 'published' | 'delivered' | 'acked' | 'redelivered';

/** Which metrics add up to which count; of each list those by channel are used where the others are not told. */
const COUNTS: Readonly<Record<Count, { readonly byQueue: readonly string[]; readonly byChannel: readonly string[] }>> = {
  published: { byQueue: ['queue_exchange_messages_published_total'], byChannel: ['queue_messages_published_total'] },
  delivered: {
    byQueue: ['queue_messages_delivered_total', 'queue_messages_delivered_ack_total', 'queue_get_total', 'queue_get_ack_total'],
    byChannel: ['channel_messages_delivered_total', 'channel_messages_delivered_ack_total', 'channel_get_total', 'channel_get_ack_total'],
  },
  acked: { byQueue: ['queue_messages_acked_total'], byChannel: ['channel_messages_acked_total'] },
  redelivered: { byQueue: ['queue_messages_redelivered_total'], byChannel: ['channel_messages_redelivered_total'] },
};
const PUBLISHED = { byQueue: ['exchange_messages_published_total'], byChannel: ['channel_messages_published_total'] };

/**
 * Reads `/metrics/detailed` of every node: the numbers are each node's own, so those of all nodes are added. It works where the management
 * API's statistics are off, and costs a broker far less.
 * @throws AppError `prometheus-unreachable`
 */
export class PrometheusReader {
  private readonly totals = new GrowingTotals();

  /** @param addresses of the plugin on each node, with or without `/metrics`. */
  constructor(
    private readonly addresses: readonly string[],
    private readonly vhost: string,
    private readonly tls: TlsSettings,
  ) {}

  async read(): Promise<PrometheusNumbers> {
    const nodes = await Promise.all(this.addresses.map((address) => fetchLines(address, this.vhost, this.tls)));
    const lines = nodes.flatMap((node, index) => node.map((line) => ({ ...line, node: index })));
    const newer = new Set(lines.map(({ metric }) => metric));
    const queues = new Map<string, Mutable<PrometheusQueue>>();
    const queueOf = (name: string): Mutable<PrometheusQueue> => {
      const known = queues.get(name);
      if (known !== undefined) return known;
      const fresh = { ready: null, unacked: null, consumers: null, published: 0, delivered: 0, acked: 0, redelivered: 0 };
      queues.set(name, fresh);
      return fresh;
    };
    for (const { metric, labels, value } of lines) {
      const { queue } = labels;
      if (queue === undefined) continue;
      if (metric === 'queue_messages_ready') queueOf(queue).ready = (queueOf(queue).ready ?? 0) + value;
      else if (metric === 'queue_messages_unacked') queueOf(queue).unacked = (queueOf(queue).unacked ?? 0) + value;
      else if (metric === 'queue_consumers') queueOf(queue).consumers = (queueOf(queue).consumers ?? 0) + value;
    }
    const told = ({ byQueue, byChannel }: { byQueue: readonly string[]; byChannel: readonly string[] }): readonly string[] =>
      byQueue.some((metric) => newer.has(metric)) ? byQueue : byChannel;
    for (const count of Object.keys(COUNTS) as Count[]) {
      const totals = this.totals.grow(count, lines, told(COUNTS[count]), 'queue');
      for (const [queue, numbers] of queues) numbers[count] = totals.get(queue) ?? 0;
    }
    const complete = newer.has('queue_messages_delivered_total') || newer.has('exchange_messages_published_total');
    return { complete, queues, exchanges: this.totals.grow('exchange', lines, told(PUBLISHED), 'exchange') };
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Sums of counters that begin anew: a channel that closed takes its counters along, a node that restarts begins at 0. */
export class GrowingTotals {
  private readonly last = new Map<string, ReadonlyMap<string, number>>();
  private readonly totals = new Map<string, Map<string, number>>();

  grow(
    what: string,
    lines: readonly (Line & { readonly node: number })[],
    metrics: readonly string[],
    label: 'queue' | 'exchange',
  ): ReadonlyMap<string, number> {
    const before = this.last.get(what) ?? new Map<string, number>();
    const totals = this.totals.get(what) ?? new Map<string, number>();
    const now = new Map<string, number>();
    for (const { node, metric, labels, value } of lines) {
      const name = labels[label];
      if (name === undefined || !metrics.includes(metric)) continue;
      const series = `${node} ${metric} ${JSON.stringify(labels)}`;
      const then = before.get(series) ?? 0;
      now.set(series, value);
      totals.set(name, (totals.get(name) ?? 0) + (value >= then ? value - then : value));
    }
    this.last.set(what, now);
    this.totals.set(what, totals);
    return totals;
  }
}

async function fetchLines(address: string, vhost: string, tls: TlsSettings): Promise<readonly Line[]> {
  const { protocol, host, username, password } = new URL(address);
  const query = [...FAMILIES.map((family) => `family=${family}`), `vhost=${encodeURIComponent(vhost)}`].join('&');
  const authorization = username === '' ? null : `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
  const failed = (why: string, cause?: unknown): AppError =>
    new AppError('prometheus-unreachable', `The Prometheus plugin at ${host} ${why}`, {
      retryable: true,
      cure: 'Check rabbitmq.prometheus and that the plugin rabbitmq_prometheus is enabled; depths come from the management API meanwhile.',
      cause,
    });
  const { status, text } = await httpGet(`${protocol}//${host}/metrics/detailed?${query}`, {
    headers: authorization === null ? {} : { authorization },
    timeoutMs: ANSWER_WITHIN_MS,
    tls,
  }).catch((error: unknown) => {
    throw failed(`does not answer (${whyNot(error)})`, error);
  });
  if (status !== 200) throw failed(`answered ${status}`);
  // Older versions tell all vhosts whatever was asked.
  return readLines(text).filter(({ labels }) => (labels['vhost'] ?? labels['queue_vhost'] ?? labels['exchange_vhost'] ?? vhost) === vhost);
}

/** Prometheus' text format, as far as RabbitMQ writes it; names without our prefix are passed over. */
export function readLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith(PREFIX)) continue;
    const open = line.indexOf('{');
    const close = line.lastIndexOf('}');
    if (open < 0 || close < open) continue;
    const value = Number(
      line
        .slice(close + 1)
        .trim()
        .split(' ')[0],
    );
    if (!Number.isFinite(value)) continue;
    const labels = Object.create(null) as Record<string, string>;
    for (const [, name = '', quoted = ''] of line.slice(open + 1, close).matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g))
      labels[name] = quoted.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    lines.push({ metric: line.slice(PREFIX.length, open), labels, value });
  }
  return lines;
}
