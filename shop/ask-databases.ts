import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import type { CommandLine } from './config';
import { openDatabase } from './kernel/db/database';
import { EventStore } from './kernel/event-store/event-store';
import { stateAt, whatIf } from './kernel/event-store/repository';
import { openAddressBook } from './kernel/http-server/address-book';
import type { Program } from './run';
import { Order } from './services/order/domain/order';

/**
 * Questions from the command line: `state ORDER --at T` (as it was then), `what-if ORDER --without N` (had event N not happened), both from the
 * order-service's file; `rebuild NAME` asks the running query-service.
 */
export async function askDatabases({ command, subject, at, without, config }: CommandLine, { print, complain }: Program): Promise<number> {
  if (command === 'rebuild') {
    const url = `${openAddressBook(config.http.basePort).find('query-service')}/projections/${encodeURIComponent(subject)}/rebuild`;
    const answer = await request(url, { method: 'POST' }).catch(() => null);
    if (answer === null) {
      complain(`http.basePort: no query-service answers at ${url}`);
      return 3;
    }
    print(await answer.body.text());
    return answer.statusCode === 200 ? 0 : 1;
  }
  const moment = at === undefined ? Date.now() : Date.parse(at);
  if (Number.isNaN(moment)) {
    complain(`at: ${at} is no moment; 2026-01-31T12:00:00Z is`);
    return 2;
  }
  const path = join(config.data ?? '.', 'order-service.db');
  if (config.data === undefined || !existsSync(path)) {
    complain(`data: there is no ${path}; --data names the folder of a run`);
    return 2;
  }
  const database = openDatabase(path);
  try {
    const store = new EventStore(database);
    const { state, version, events } =
      command === 'what-if' ? whatIf(store, Order.type, subject, without ?? 0) : stateAt(store, Order.type, subject, moment);
    print(JSON.stringify({ orderId: subject, version, state, events: events.map(({ version: n, type }) => `${n} ${type}`) }, null, 2));
    return events.length > 0 ? 0 : 1;
  } finally {
    database.close();
  }
}
