import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Channel, ChannelModel, Options } from 'amqplib';
import {
  EncodedProperties,
  type RawDelivery,
  type RawProperties,
  RawPublish,
  decodeDelivery,
  frameOfProperties,
  frameOfPublish,
} from './wire-format';

/**
 * amqplib 2.3.1, but nothing is lost on the way (promises R1 and R2, docs/spec/brokers-rabbitmq.md).
 *
 * As it comes, it closes the connection on header type `L`, rounds int64, reads negative timestamps as unsigned and mangles short strings
 * that are not UTF-8. So its protocol module is loaded by absolute path (the package's `exports` forbid the deep import), three functions
 * are replaced (decoding of properties and deliveries, encoding of publishes), and only then the library is loaded on top. This happens
 * in a copy of our own: whoever else in this process requires amqplib gets the untouched one. Guarded by amqp-client.test.ts; works with
 * exactly the pinned version.
 */
interface Protocol {
  decode(id: number, bytes: Buffer): unknown;
  encodeProperties(id: number, channel: number, size: number, fields: object): Buffer;
  encodeMethod(id: number, channel: number, fields: object): Buffer;
  readonly BasicProperties: number;
  readonly BasicDeliver: number;
  readonly BasicAck: number;
  readonly TxSelect: number;
  readonly TxSelectOk: number;
  readonly TxCommit: number;
  readonly TxCommitOk: number;
}

interface Library {
  connect(url: string | Options.Connect, socketOptions?: object): Promise<ChannelModel>;
}

const { library, protocol } = loadPrivateCopy();

export const connectAmqp = library.connect;
export const amqpProtocol = protocol;

function loadPrivateCopy(): { library: Library; protocol: Protocol } {
  const require = createRequire(import.meta.url);
  const main = require.resolve('amqplib');
  const folder = dirname(main);
  const others = takeFromCache(require.cache, folder);
  try {
    const defs = require(join(folder, 'lib', 'defs.js')) as Protocol;
    makeLossless(defs);
    return { library: require(main) as Library, protocol: defs };
  } finally {
    takeFromCache(require.cache, folder);
    Object.assign(require.cache, others);
  }
}

function takeFromCache(cache: NodeJS.Dict<NodeJS.Module>, folder: string): NodeJS.Dict<NodeJS.Module> {
  const taken: NodeJS.Dict<NodeJS.Module> = {};
  for (const file of Object.keys(cache)) {
    if (!file.startsWith(folder)) continue;
    taken[file] = cache[file];
    delete cache[file];
  }
  return taken;
}

function makeLossless(defs: Protocol): void {
  const { decode, encodeProperties, encodeMethod } = defs;
  defs.decode = (id, bytes) => {
    if (id === defs.BasicProperties) return bytes;
    if (id === defs.BasicDeliver) return decodeDelivery(bytes);
    return decode(id, bytes);
  };
  defs.encodeProperties = (id, channel, size, fields) =>
    fields instanceof EncodedProperties ? frameOfProperties(channel, size, fields) : encodeProperties(id, channel, size, fields);
  defs.encodeMethod = (id, channel, fields) =>
    fields instanceof RawPublish ? frameOfPublish(channel, fields) : encodeMethod(id, channel, fields);
}

/** What of an amqplib channel is used below its public face; its types name only the public one. */
export interface ChannelInside {
  /** The state machine of incoming messages: takes a frame, gives the machine's next state. */
  handleMessage: FrameHandler;
  sendImmediately(method: number, fields: object): void;
  sendMessage(fields: object, properties: object, content: Buffer): boolean;
  rpc(method: number, fields: object, expect: number): Promise<unknown>;
  /** Confirm channels: called with `null` for an ack. Goes right after `sendMessage`. */
  pushConfirmCallback(done: (error: Error | null) => void): void;
}

export type FrameHandler = (frame: RawFrame) => FrameHandler;

export const insideOf = (channel: Channel): ChannelInside => channel as unknown as ChannelInside;

/** A frame as the library hands it to a channel: a method or properties (`id`, `fields`), or content. */
export interface RawFrame {
  readonly id?: number;
  readonly fields?: RawDelivery | RawProperties;
  readonly size?: number;
  readonly content?: Uint8Array;
}
