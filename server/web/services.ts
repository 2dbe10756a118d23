import type { Log } from '@/server/log';
import type { Bus } from '@/server/bus/bus';
import type { Store } from '@/server/store/store';
import type { Micros } from '@/lib/events/names';
import type { Rules } from '@/lib/events/recognise/compile-rules';
import { fail } from '@/lib/errors';
import type { Bodies } from '@/server/decoding/bodies';
import type { Csrf } from './access/csrf';
import type { LiveState } from './live/live-state';
import type { WebSettings } from './settings';

/** Everything a question or an action may use. */
export interface Services {
  readonly store: Store;
  readonly bus: Bus;
  readonly settings: WebSettings;
  /** The rules of recognition, compiled. */
  readonly rules: Rules;
  /** Decodes what is no text. */
  readonly bodies: Bodies;
  /** What the live feed knows at this moment, without asking anybody. */
  readonly live: LiveState;
  readonly csrf: Csrf;
  readonly clock: () => Micros;
  readonly log: Log;
}

/**
 * The door between the process and Next's bundles. A module is loaded three times in one process (by Node, by the route handlers' bundle, by
 * the server components' bundle), so a variable of this module would be three; a slot on globalThis is one. What goes through is an object of
 * functions: `instanceof` does not hold across bundles.
 */
const SERVICES = Symbol.for('eventyard.services');
const slot = globalThis as { [SERVICES]?: Services | undefined };

export function provideServices(services: Services | undefined): void {
  slot[SERVICES] = services;
}

export function getServices(): Services {
  return slot[SERVICES] ?? fail('services are not provided: start the app through server/index.ts', 'not-started');
}
