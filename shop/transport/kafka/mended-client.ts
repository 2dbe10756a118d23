import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';
import snappy from 'kafkajs-snappy';

const { CompressionCodecs, CompressionTypes, Kafka: KafkaClass, logLevel } = kafkajs;
const load = createRequire(import.meta.url);

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

/**
 * The library is pinned to 2.2.4, the last there is. That version wakes up every millisecond for each connection, also when nothing waits
 * (kafkajs#1556): a shop of thirty clients would do nothing else. Here the timer runs only while a request waits.
 */
function calmTimer(): void {
  const { prototype } = load('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue): void {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      Math.max(this.throttledUntil - Date.now(), 10),
    );
  };
}

calmTimer();
CompressionCodecs[CompressionTypes.Snappy] = snappy;

export interface KafkaClient {
  readonly kafka: Kafka;
  /** Destroys every connection, and lets none be made again. */
  destroy(): void;
}

/** A client whose sockets are known, so that a crash can take them away without a word. */
export function openKafka(clientId: string, brokers: readonly string[]): KafkaClient {
  const sockets = new Set<Socket>();
  let destroyed = false;
  const socketFactory: NonNullable<KafkaConfig['socketFactory']> = ({ host, port, onConnect }) => {
    const socket = connect({ host, port }, onConnect);
    socket.setKeepAlive(true, 60_000);
    if (destroyed) socket.destroy(new Error('the connection was destroyed'));
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const kafka = new KafkaClass({
    clientId,
    brokers: [...brokers],
    socketFactory,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
  return {
    kafka,
    destroy() {
      destroyed = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}
