import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordDelivery } from '../../transport/port';
import { readEvent } from '../envelope';
import { Poison, type Converters, type IncomingEvent } from '../events';
import { RegistryAway } from '../serialisers/registry-client';
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
export function readerOf(parts: WorkParts): Read {
  const { binding, converters, versions } = parts;
  const { decode } = converters(binding.serialiser);
  return async (message) => {
    const event = await patiently(() => readEvent(message, decode), parts);
    const highest = binding.highestMajor ?? versions?.highestMajor(event.type) ?? Infinity;
    if (majorOf(event.version) > highest) throw new Poison('UnsupportedVersion', `version ${event.version} is newer than ${highest}`);
    if (versions === undefined || binding.highestMajor !== undefined) return event;
    return { ...event, ...versions.upcast(event.type, event.version, event.data) };
  };
}

const LOOK_AGAIN_MS = 1_000;

/** Nothing is wrong with a message whose schema can't be asked for: it keeps its attempts, and consuming waits with it. */
async function patiently<T>(read: () => Promise<T>, { binding, log, signal }: WorkParts): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof RegistryAway) || signal.aborted) throw error;
      log.warn({ inbox: binding.inbox, cause: error.name }, 'the schema registry is away: consuming pauses');
      await sleep(LOOK_AGAIN_MS, undefined, { signal });
    }
  }
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
