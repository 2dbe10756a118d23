import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import type { CommandLine, ShopConfig } from './config';
import { openDatabase } from './kernel/db/database';
import { EventStore } from './kernel/event-store/event-store';
import { stateAt, whatIf } from './kernel/event-store/repository';
import { openAddressBook } from './kernel/http-server/address-book';
import { PROJECTIONS, rebuildFromFiles } from './rebuild-from-files';
import type { Program } from './program';
import { Order } from './services/order/domain/order';

/**
 * Questions from the command line, to the files of a run (`--data DIR`): `state ORDER --at T` (as it was then), `what-if ORDER --without N` (had event N
 * not happened), `rebuild NAME`. A rebuild asks the query-service when one is up; of a shop that is closed it is made from the files.
 */
export async function askDatabases(line: CommandLine, program: Program): Promise<number> {
  const { command, subject, at, without, config } = line;
  const refuse = (text: string): number => {
    program.complain(text);
    return 2;
  };
  if (command === 'rebuild') return rebuild(line, program, refuse);
  const moment = at === undefined ? Date.now() : Date.parse(at);
  if (Number.isNaN(moment)) return refuse(`at: ${at} is no moment; 2026-01-31T12:00:00Z is`);
  if (command === 'what-if' && !(Number.isInteger(without) && Number(without) > 0))
    return refuse('without: the number of an event is missing; state ORDER lists them');
  const path = fileOf(config, 'order-service');
  if (path === null) return refuse(`data: there is no ${join(config.data ?? '.', 'order-service.db')}; --data names the folder of a run`);
  const database = openDatabase(path);
  try {
    const store = new EventStore(database);
    const { state, version, events } =
      command === 'what-if' ? whatIf(store, Order.type, subject, without ?? 0) : stateAt(store, Order.type, subject, moment);
    program.print(
      JSON.stringify({ orderId: subject, version, state, events: events.map(({ version: n, type }) => `${n} ${type}`) }, null, 2),
    );
    return events.length > 0 ? 0 : 1;
  } finally {
    database.close();
  }
}

async function rebuild({ subject, config }: CommandLine, { print, complain }: Program, refuse: (text: string) => number): Promise<number> {
  const names = PROJECTIONS.map(({ name }) => name);
  if (!names.includes(subject)) return refuse(`rebuild: there is no projection ${subject}; ${names.join(', ')} are`);
  const url = `${addressOf(config)}/projections/${encodeURIComponent(subject)}/rebuild`;
  const answer = config.http.basePort === 0 ? null : await request(url, { method: 'POST' }).catch(() => null);
  if (answer !== null) {
    print(await answer.body.text());
    return answer.statusCode === 200 ? 0 : 1;
  }
  const [orders, queries] = [fileOf(config, 'order-service'), fileOf(config, 'query-service')];
  if (orders === null || queries === null) {
    complain(`no query-service answers at ${url}, and --data names no folder of a run`);
    return 3;
  }
  print(JSON.stringify({ projection: subject, ...rebuildFromFiles({ orders, queries }, subject) }));
  return 0;
}

const addressOf = ({ http }: ShopConfig): string => (http.basePort === 0 ? '' : openAddressBook(http.basePort).find('query-service'));

function fileOf({ data }: ShopConfig, service: string): string | null {
  const path = join(data ?? '', `${service}.db`);
  return data !== undefined && existsSync(path) ? path : null;
}
