import { randomUUID } from 'node:crypto';
import type { BrokerName } from '@/lib/events/names';

export interface RabbitSettings {
  readonly name: BrokerName;
  /** `amqp://` or `amqps://`, with user, password and vhost. */
  readonly url: string;
  /** Management API, `http(s)://[user:password@]host:port`; without credentials of its own those of `apiUser` or of `url`. */
  readonly apiUrl: string;
  readonly apiUser?: string | undefined;
  readonly apiPassword?: string | undefined;
  /** The Prometheus plugin, of every node, with commas: depths and rates come from there, also where statistics are off. */
  readonly prometheusUrl?: string | undefined;
  /** Cap of the tap's queue, bytes; 256 MB when not given. */
  readonly queueMaxBytes?: number | undefined;
  /** Names or patterns of auto-delete exchanges and of exclusive or auto-delete queues that are mirrored all the same. */
  readonly includeAutoDelete?: readonly string[] | undefined;
  /** Exchanges to read completely, also what no queue gets: this makes their unroutable messages routable. */
  readonly bindAll?: readonly string[] | undefined;
  readonly tls?: TlsSettings | boolean | undefined;
}

export interface TlsSettings {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
  readonly servername?: string | undefined;
}

/** What the client of a connection is to know of TLS. */
export const tlsOf = ({ tls }: RabbitSettings): TlsSettings => (typeof tls === 'object' ? tls : {});

/** 256 MB: hours of a usual vhost, and no broker's memory (the queue keeps its bodies on disk). */
const QUEUE_MAX_BYTES = 268_435_456;

/** Everything that is ours on a broker begins with this; the least rights name it. */
export const OURS = 'eventyard.';
export const POSITION_EXCHANGE = 'eventyard.position';
export const tapQueueOf = (tap: string): string => `eventyard.tap.${tap}`;
/** Holds one transient message: it is gone when the broker was started again. */
export const bootQueueOf = (tap: string): string => `eventyard.boot.${tap}`;
/** One connection's own. */
export const changesQueueOf = (tap: string): string => `eventyard.changes.${tap}.${randomUUID().slice(0, 8)}`;
export const positionQueueOf = (tap: string): string => `eventyard.position.${tap}`;
export const isOurs = (name: string): boolean => name.startsWith(OURS);

export const queueMaxBytesOf = (settings: RabbitSettings): number => settings.queueMaxBytes ?? QUEUE_MAX_BYTES;

/** `/` where the URL names no vhost, as the client library has it. */
export function vhostOf(url: string): string {
  const path = new URL(url).pathname.replace(/^\//, '');
  return path === '' ? '/' : decodeURIComponent(path);
}

export const userOf = (url: string): string => decodeURIComponent(new URL(url).username) || 'guest';

/** For texts a person reads: where we connect to, never with the password. */
export function placeOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === 'amqps:' ? '5671' : '5672')}`;
}
