import type { RecordDelivery } from '../../transport/port';
import { readEvent } from '../envelope';
import { Poison, type Converters, type IncomingEvent } from '../events';
import { majorOf } from '../serialisers/version';
import type { Handler, HandlerContext, Handlers } from '../service-host';
import { chainOf, type ChainParts } from './chain';

/** What the newest code of a service understands, and how it reads older versions as such. */
export interface Versions {
  /** Highest major version of a type that can be read; Infinity when nothing is known of it. */
  highestMajor(type: string): number;
  upcast(type: string, version: string, data: IncomingEvent['data']): { readonly version: string; readonly data: IncomingEvent['data'] };
}

export interface WorkParts extends ChainParts {
  readonly converters: Converters;
  readonly versions?: Versions;
  /** Ends when the service crashes. */
  readonly signal: AbortSignal;
  /** A handler that takes longer is aborted, and has failed (30 s, whatever the time factor). */
  readonly handlerMs?: number;
}

export class HandlerTooSlow extends Error {
  override readonly name = 'HandlerTooSlow';
}

const HANDLER_MS = 30_000;

export type Read = (message: RecordDelivery['message']) => Promise<IncomingEvent>;

/** Bytes to an event of the newest version. @throws Poison `UnsupportedVersion` and what converters find */
export function readerOf({ binding, converters, versions }: WorkParts): Read {
  const { decode } = converters(binding.serialiser);
  return async (message) => {
    const event = await readEvent(message, decode);
    const highest = binding.highestMajor ?? versions?.highestMajor(event.type) ?? Infinity;
    if (majorOf(event.version) > highest) throw new Poison('UnsupportedVersion', `version ${event.version} is newer than ${highest}`);
    if (versions === undefined || binding.highestMajor !== undefined) return event;
    return { ...event, ...versions.upcast(event.type, event.version, event.data) };
  };
}

/** Reads a message and has it handled through the chain. Resolves also when nobody here has a handler: that is counted. */
export function workOf(parts: WorkParts, handlers: Handlers): (message: RecordDelivery['message'], attempt: number) => Promise<void> {
  const { binding, metrics, signal, handlerMs = HANDLER_MS } = parts;
  const read = readerOf(parts);
  const chain = chainOf(parts);
  const chained = Object.fromEntries(Object.entries(handlers).map(([type, handler]) => [type, chain(limited(handler, signal, handlerMs))]));
  return async (message, attempt) => {
    const event = await read(message);
    const handler = chained[event.type] ?? chained['*'];
    if (handler === undefined) return metrics.ignored(binding.inbox, 'no-handler');
    await handler(event, { attempt, signal, complete: () => {} });
  };
}

/** The handler's own clock: its signal aborts when it takes too long, and nobody waits for it any more. */
const limited =
  (handler: Handler, crashed: AbortSignal, ms: number): Handler =>
  (event, context) =>
    new Promise((resolve, reject) => {
      const tooSlow = new AbortController();
      const timer = setTimeout(() => {
        const error = new HandlerTooSlow(`aborted after ${ms} ms`);
        tooSlow.abort(error);
        reject(error);
      }, ms);
      const within: HandlerContext = { ...context, signal: AbortSignal.any([crashed, tooSlow.signal]) };
      handler(event, within)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
