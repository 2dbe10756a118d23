import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import type { Log } from '@/server/log';
import { isConnectionFailure, isAuthFailure, UnreachableError } from './kafka-errors';
import type { KafkaSettings } from './kafka-settings';
import { apiKeys, createCluster, encoded, mendKafkajs, requests, type Cluster, type Exchange, type Node } from './kafkajs-patches';
import { encodeMetadataRequest, fromOldMetadata, readMetadataResponse, type ClusterMetadata, type OldMetadata } from './wire/metadata';

const METADATA = 3;
const CONNECT_MS = 10_000;
const CLOSE_MS = 1_500;

/** A request that we encode and decode by ourselves. */
export interface OwnRequest<T> {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  readonly bytes: Buffer;
  readonly read: (payload: Buffer) => T;
  readonly timeoutMs?: number;
}

/**
 * Connections to the nodes of one cluster. A request either gives the broker's answer, error codes inside, or throws once; nothing is repeated
 * here, because only the caller knows what a repetition would mean. A node whose connection failed is forgotten and opened anew next time.
 *
 * Kafka answers the requests of one connection in order, so a link per kind of work keeps a long poll from delaying a sample.
 */
export class KafkaLink {
  private readonly cluster: Cluster;
  private readonly nodes = new Map<number, Node>();
  private readonly addresses = new Map<number, { host: string; port: number }>();
  private seed: Node | null = null;
  private seeking: Promise<Node> | null = null;
  private readonly gone = new WeakSet<Node>();
  private nextSeed = 0;
  private closed = false;

  constructor(
    private readonly settings: KafkaSettings,
    log: Log,
  ) {
    mendKafkajs();
    this.cluster = createCluster(new Kafka(kafkajsConfig(settings, log)));
  }

  /** All topics we may see, or the named ones with their error codes. Learns the nodes' addresses. */
  async metadata(topics: readonly string[] | null = null): Promise<ClusterMetadata> {
    const node = await this.anyNode();
    const newest = node.versions?.[METADATA]?.maxVersion ?? 0;
    const metadata =
      newest >= 11
        ? await this.sendTo(node, {
            apiKey: METADATA,
            apiName: 'Metadata',
            apiVersion: Math.min(newest, 12),
            bytes: encodeMetadataRequest(topics),
            read: readMetadataResponse,
          })
        : fromOldMetadata((await this.exchange(node, 'Metadata', { topics: topics ?? [], allowAutoTopicCreation: false })) as OldMetadata);
    for (const { nodeId, host, port } of metadata.nodes) this.learn(nodeId, host, port);
    return metadata;
  }

  nodeIds(): readonly number[] {
    return [...this.addresses.keys()];
  }

  /** Highest version of an API that a node (or any) offers; -1 when it has none. Knows nothing before the first answer of that node. */
  async versionOf(nodeId: number | null, apiKey: number): Promise<number> {
    const node = await this.nodeOf(nodeId);
    return node.versions?.[apiKey]?.maxVersion ?? -1;
  }

  /** Sends one of kafkajs' own requests and gives the decoded answer as it is. `nodeId: null` = any node. */
  async ask<T>(nodeId: number | null, api: string, args: object): Promise<T> {
    return (await this.exchange(await this.nodeOf(nodeId), api, args)) as T;
  }

  async send<T>(nodeId: number | null, request: OwnRequest<T>): Promise<T> {
    return this.sendTo(await this.nodeOf(nodeId), request);
  }

  /** Encoded by kafkajs, decoded by us. */
  async askRaw<T>(nodeId: number, api: string, args: object, read: (payload: Buffer, version: number) => T): Promise<T> {
    const node = await this.nodeOf(nodeId);
    const exchange = node.lookupRequest(apiKeys[api] ?? -1, requests[api] as never)(args);
    return (await this.through(node, { ...exchange, response: own((payload) => read(payload, exchange.request.apiVersion)) })) as T;
  }

  /** Opens the connection, so that a later failure of `send` means "on the way" and not "never left". */
  async reach(nodeId: number): Promise<void> {
    const node = await this.nodeOf(nodeId);
    await node.connectionPool.getConnection(0).catch((error: unknown) => {
      this.forget(node);
      throw this.unreachable(node, error, true);
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    const all = new Set([...this.nodes.values(), ...(this.seed === null ? [] : [this.seed])]);
    this.nodes.clear();
    this.seed = null;
    await Promise.all([...all].map(hangUp));
  }

  private async nodeOf(nodeId: number | null): Promise<Node> {
    if (nodeId === null) return this.anyNode();
    const known = this.nodes.get(nodeId);
    if (known !== undefined) return this.connected(known, true);
    const address = this.addresses.get(nodeId);
    if (address === undefined) {
      await this.metadata([]);
      if (!this.addresses.has(nodeId)) throw new UnreachableError(`broker ${nodeId}`, true, new Error('the cluster does not know it'));
      return this.nodeOf(nodeId);
    }
    const node = await this.make(address, nodeId);
    const meanwhile = this.nodes.get(nodeId);
    if (meanwhile !== undefined) return this.connected(meanwhile, true);
    this.nodes.set(nodeId, node);
    return this.connected(node, true);
  }

  private async anyNode(): Promise<Node> {
    for (const node of this.nodes.values()) if (node.isConnected()) return node;
    if (this.seed?.isConnected()) return this.seed;
    this.seeking ??= this.seek().finally(() => (this.seeking = null));
    return this.seeking;
  }

  private async seek(): Promise<Node> {
    let failure: unknown = null;
    for (let i = 0; i < this.settings.brokers.length; i++) {
      const address = this.settings.brokers[this.nextSeed++ % this.settings.brokers.length] as string;
      try {
        this.seed = await this.make(parseAddress(address));
        return await this.connected(this.seed, false);
      } catch (error) {
        if (isAuthFailure(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  private async make(address: { host: string; port: number }, nodeId?: number): Promise<Node> {
    if (this.closed) throw new UnreachableError(`${address.host}:${address.port}`, false, new Error('closed'));
    const connectionPool = await this.cluster.connectionPoolBuilder.build(address);
    return this.cluster.brokerPool.createBroker({
      connectionPool,
      logger: this.cluster.rootLogger,
      ...(nodeId === undefined ? {} : { nodeId }),
    });
  }

  private async connected(node: Node, learnt: boolean): Promise<Node> {
    try {
      await node.connect();
      await this.stillThere(node);
      return node;
    } catch (error) {
      this.forget(node);
      throw this.unreachable(node, error, learnt);
    }
  }

  private unreachable(node: Node, error: unknown, learnt: boolean): UnreachableError {
    const address = `${node.connectionPool.host}:${node.connectionPool.port}`;
    return new UnreachableError(address, learnt && !this.settings.brokers.includes(address), error);
  }

  private learn(nodeId: number, host: string, port: number): void {
    const before = this.addresses.get(nodeId);
    this.addresses.set(nodeId, { host, port });
    const node = this.nodes.get(nodeId);
    if (node !== undefined && before !== undefined && (before.host !== host || before.port !== port)) this.forget(node);
  }

  private exchange(node: Node, api: string, args: object): Promise<unknown> {
    const { request, response, requestTimeout } = node.lookupRequest(apiKeys[api] ?? -1, requests[api] as never)(args);
    return this.through(node, {
      request,
      response: own((payload) => response.decode(payload)),
      ...(requestTimeout ? { requestTimeout } : {}),
    });
  }

  private async sendTo<T>(node: Node, { apiKey, apiName, apiVersion, bytes, read, timeoutMs }: OwnRequest<T>): Promise<T> {
    const request = { apiKey, apiName, apiVersion, encode: async () => encoded(bytes) };
    return (await this.through(node, { request, response: own(read), ...(timeoutMs ? { requestTimeout: timeoutMs } : {}) })) as T;
  }

  private async through(node: Node, exchange: Exchange): Promise<unknown> {
    try {
      await this.stillThere(node);
      await node.connectionPool.getConnectionByRequest(exchange);
      await this.stillThere(node);
      return await node.connectionPool.send({ ...exchange, logResponseError: false });
    } catch (error) {
      if (isConnectionFailure(error) || isAuthFailure(error)) this.forget(node);
      throw error;
    }
  }

  private forget(node: Node): void {
    for (const [nodeId, one] of this.nodes) if (one === node) this.nodes.delete(nodeId);
    if (this.seed === node) this.seed = null;
    this.gone.add(node);
    void hangUp(node);
  }

  /** kafkajs opens a connection again by itself for whoever still holds the node: nobody would ever close that one. */
  private async stillThere(node: Node): Promise<void> {
    if (!this.closed && !this.gone.has(node)) return;
    await hangUp(node);
    throw closedByUs();
  }
}

/** The broker's answer as decoded, without kafkajs' habit of throwing at the first error code in it. */
const own = (decode: (payload: Buffer) => unknown): Exchange['response'] => ({
  decode: async (payload) => ((await decode(payload)) as object) ?? {},
  parse: async (decoded) => decoded,
});

/** Pending requests fail at once: kafkajs would wait for their answers before it closes, and for ten seconds on a connection that is being made. */
async function hangUp(node: Node): Promise<void> {
  await Promise.all(
    node.connectionPool.pool.map(async (connection) => {
      const closed = closedByUs();
      connection.rejectRequests(closed);
      if (!connection.isConnected()) connection.socket?.destroy(closed);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
      await Promise.race([connection.disconnect().catch(() => undefined), late]);
      clearTimeout(timer);
      connection.socket?.destroy(closed);
      connection.rejectRequests(closed);
    }),
  );
}

const closedByUs = (): Error => Object.assign(new Error('the connection was closed by us'), { name: 'KafkaJSConnectionClosedError' });

function parseAddress(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  const host = colon < 0 ? text : text.slice(0, colon).replace(/^\[|\]$/g, '');
  return { host, port: colon < 0 ? 9092 : Number(text.slice(colon + 1)) };
}

function kafkajsConfig(settings: KafkaSettings, log: Log): KafkaConfig {
  const { sasl, tls } = settings;
  return {
    brokers: [...settings.brokers],
    clientId: settings.clientId ?? 'eventyard',
    connectionTimeout: CONNECT_MS,
    authenticationTimeout: CONNECT_MS,
    requestTimeout: 20_000,
    retry: { retries: 0 },
    logLevel: logLevel.WARN,
    // What kafkajs calls an error is mostly a retry on its way: our own state says what matters.
    logCreator: () => (entry) => log.debug({ kafkajs: entry.namespace }, entry.log.message),
    ...(tls ? { ssl: tls === true ? true : { ...tls } } : {}),
    ...(sasl ? { sasl: sasl as never } : {}),
  };
}
