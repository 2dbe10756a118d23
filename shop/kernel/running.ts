import type { HttpServer } from './http-server/http-server';
import type { RunningService, Subscriber } from './service-host';

export interface Running {
  readonly server?: HttpServer;
  readonly subscribers: readonly Subscriber[];
  /** Stopped in this order, after the intake. */
  readonly rest: readonly { stop(): Promise<void>; crash(): void }[];
}

/** Stops in the order of the flow: no more requests and messages, what was begun, then what was stored but not yet told. */
export const running = ({ server, subscribers, rest }: Running): RunningService => ({
  stop: async () => {
    await Promise.all([server?.close(), ...subscribers.map((subscriber) => subscriber.stop())]);
    for (const part of rest) await part.stop();
  },
  crash: () => {
    for (const part of rest) part.crash();
    server?.crash();
  },
});
