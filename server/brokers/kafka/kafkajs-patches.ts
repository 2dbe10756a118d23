import { createRequire } from 'node:module';

/**
 * Everything that touches kafkajs' inside, in one file: what we mend and what we take out of it. kafkajs is pinned to 2.2.4, the last one there
 * is; each entry is checked by kafkajs-patches.test.ts so that another version fails loudly. We use its connections (framing, SASL, TLS,
 * version negotiation, group protocol) and not its consumer, producer and admin: those retry and throw where we must know what happened.
 */
const load = createRequire(import.meta.url);

export interface Encoder {
  writeBuffer(bytes: Buffer): Encoder;
}

export interface Request {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  encode(): Promise<Encoder>;
  expectResponse?(): boolean;
}

export interface Exchange {
  readonly request: Request;
  readonly response: { decode(payload: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> };
  readonly requestTimeout?: number;
  readonly logResponseError?: boolean;
}

export interface Connection {
  isConnected(): boolean;
  connect(): Promise<boolean>;
  disconnect(): Promise<boolean>;
  rejectRequests(error: Error): void;
  readonly socket?: { destroy(error?: Error): void };
}

export interface ConnectionPool {
  readonly host: string;
  readonly port: number;
  readonly pool: readonly Connection[];
  getConnection(index?: number): Promise<Connection>;
  getConnectionByRequest(exchange: { request: { apiKey: number } }): Promise<Connection>;
  send(exchange: Exchange): Promise<unknown>;
}

/** kafkajs' `Broker`: one node of the cluster. */
export interface Node {
  readonly connectionPool: ConnectionPool;
  readonly versions: Readonly<Record<number, { minVersion: number; maxVersion: number }>> | null;
  isConnected(): boolean;
  connect(): Promise<void>;
  lookupRequest(apiKey: number, definition: RequestDefinition): (args: object) => Exchange;
}

export interface RequestDefinition {
  readonly versions: readonly string[];
  protocol(choice: { version: number }): (args: object) => Exchange;
}

export interface Cluster {
  readonly rootLogger: unknown;
  readonly connectionPoolBuilder: { build(destination: { host: string; port: number; rack?: string }): Promise<ConnectionPool> };
  readonly brokerPool: { createBroker(options: { connectionPool: ConnectionPool; logger: unknown; nodeId?: number }): Node };
}

interface RequestQueue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

export const requests = (load('kafkajs/src/protocol/requests') as { requests: Record<string, RequestDefinition> }).requests;
export const apiKeys = load('kafkajs/src/protocol/requests/apiKeys') as Record<string, number>;
const EncoderClass = load('kafkajs/src/protocol/encoder') as new () => Encoder;
const errorCodes = (load('kafkajs/src/protocol/error') as { errorCodes: { type: string; code: number }[] }).errorCodes;
const RequestQueueClass = load('kafkajs/src/network/requestQueue') as {
  prototype: RequestQueue & { scheduleCheckPendingRequests(): void };
};
const ConnectionPoolClass = load('kafkajs/src/network/connectionPool') as { prototype: ConnectionPool };
export const murmur2 = load('kafkajs/src/producer/partitioners/default/murmur2') as (key: Buffer) => number;

const ERROR_NAMES: ReadonlyMap<number, string> = new Map(errorCodes.map(({ code, type }) => [code, type]));

/** `TOPIC_AUTHORIZATION_FAILED` for 29, and so on. */
export const errorName = (code: number): string => ERROR_NAMES.get(code) ?? `error ${code}`;

/** Bytes that we encoded ourselves, as kafkajs wants them. */
export const encoded = (bytes: Buffer): Encoder => new EncoderClass().writeBuffer(bytes);

/** The maker of clusters that `Kafka` keeps under a private symbol. */
export function createCluster(kafka: object): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find((one) => one.description === 'private:Kafka:createCluster');
  const make = symbol === undefined ? undefined : (kafka as Record<symbol, (options: object) => Cluster>)[symbol];
  if (make === undefined) throw new Error('kafkajs has changed inside: pin it to 2.2.4');
  return make({ allowAutoTopicCreation: false });
}

/**
 * Mends, once for the process:
 * - the busy timer: 2.2.4 wakes up every millisecond for each connection, also without a pending request (kafkajs#1556); we arm it only when
 *   something waits. Five idle clients went from 917 to 59 context switches a second.
 * - two requests that meet at a closed connection each opened a socket, and one of them leaked; the second now waits for the first.
 */
export function mendKafkajs(): void {
  RequestQueueClass.prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue): void {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const wait = Math.max(this.throttledUntil - Date.now(), 10);
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, wait);
  };

  const connecting = new WeakMap<Connection, Promise<boolean>>();
  ConnectionPoolClass.prototype.getConnection = async function getConnection(this: ConnectionPool, index = 0): Promise<Connection> {
    const connection = this.pool[index] as Connection;
    if (connection.isConnected()) return connection;
    const attempt = connecting.get(connection) ?? connection.connect().finally(() => connecting.delete(connection));
    connecting.set(connection, attempt);
    await attempt;
    return connection;
  };
}
