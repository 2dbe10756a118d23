import type { ShopConfig } from '../config';
import type { Database } from './db/database';
import type { Faults } from './faults';
import type { AddressBook } from './http-server/address-book';
import type { HttpClient } from './http-client/http-client';
import type { Log } from './log';
import type { Metrics } from './metrics';
import type { RunningService, ServiceParts } from './service-host';

/** What a service of this shop is given: the host's contract, filled in. */
export interface Parts extends ServiceParts<Database, Faults, ShopConfig, HttpClient> {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly addresses: AddressBook;
}

export type StartService = (parts: Parts) => Promise<RunningService>;
