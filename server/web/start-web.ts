import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Micros } from '@/lib/events/names';
import { compileRules } from '@/lib/events/recognise/compile-rules';
import type { Bus } from '@/server/bus/bus';
import { inflateForRecognition, latin1ForRecognition } from '@/server/compression/inflate';
import type { Log } from '@/server/log';
import type { Store } from '@/server/store/store';
import type { Bodies } from '@/server/decoding/bodies';
import { createCsrf } from './access/csrf';
import { createGuard } from './access/guard';
import { createHostCheck } from './access/host-names';
import { attachLive } from './live/live-server';
import { provideServices } from './services';
import type { WebSettings } from './settings';

export interface WebParts {
  readonly server: Server;
  readonly store: Store;
  readonly bus: Bus;
  readonly settings: WebSettings;
  readonly bodies: Bodies;
  readonly log: Log;
  readonly clock: () => Micros;
}

export interface Web {
  /** Called for every request before anything answers it; false when it was refused and answered. */
  guardRequest(request: IncomingMessage, response: ServerResponse): boolean;
  close(): Promise<void>;
}

/** Starts the web half on an http server: the guard, the live feed, and the services that pages and routes use. */
export async function startWeb({ server, store, bus, settings, bodies, log, clock }: WebParts): Promise<Web> {
  const csrf = createCsrf({ port: settings.port });
  const guard = createGuard({ isOurHost: createHostCheck(settings.allowedHosts), csrf, development: settings.development ?? false });
  const refuseUpgrade = (request: IncomingMessage, socket: Duplex): void => {
    if (guard.mayUpgrade(request)) return;
    socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    // Other listeners see it too; under this name none of them knows it.
    request.url = '/refused';
  };
  const live = attachLive({ server, bus, store, settings, mayUpgrade: guard.mayUpgrade, clock, log });
  server.prependListener('upgrade', refuseUpgrade);
  const rules = compileRules({
    own: settings.rules,
    serviceNames: settings.serviceNames,
    inflate: inflateForRecognition,
    latin1: latin1ForRecognition,
  });
  provideServices({ store, bus, settings, rules, bodies, live: live.state, csrf, clock, log });
  return {
    guardRequest: guard.guardRequest,
    async close() {
      provideServices(undefined);
      await live.close();
      server.removeListener('upgrade', refuseUpgrade);
    },
  };
}
