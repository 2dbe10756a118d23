import { join } from 'node:path';
import { request } from 'undici';
import type { ShopConfig } from './config';
import { basePortFor } from './free-ports';
import { startInstanceProcess, type InstanceProcess } from './instance-process';
import { openAddressBook, type ServiceName } from './kernel/http-server/address-book';
import { openTraffic } from './open-instance';
import { Tally } from './scenarios/records';
import type { Plan } from './traffic/plan';
import type { Connect } from './transport/port';
import { START_ORDER, type World, takeInstance } from './world';

/** Where the processes of a run write what they have done. */
export const recordsIn = (data: string): string => join(data, 'records');

export interface ProcessWorldParts {
  readonly config: ShopConfig & { readonly data: string };
  readonly plan: Plan;
  /** The command line of the run, handed on to every process. */
  readonly args: readonly string[];
  /** Its environment, likewise. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly connect: Connect;
  readonly restartBroker: World['restartBroker'];
  /** An instance ended that nobody had asked to. */
  readonly onLost: (what: string) => void;
}

export interface ProcessWorld extends World {
  /** The processes of the instances that are up. */
  pids(): readonly number[];
}

/** One process an instance, on real brokers: a kill is a kill -9. */
export async function openProcessWorld(given: ProcessWorldParts): Promise<ProcessWorld> {
  const { plan, args, env, connect, restartBroker, onLost } = given;
  const config = { ...given.config, http: { ...given.config.http, basePort: await basePortFor(given.config) } };
  const tally = new Tally(plan);
  const addresses = openAddressBook(config.http.basePort);
  const records = recordsIn(config.data);
  const run = await openTraffic({ config, connect, addresses, planned: plan.faults, note: tally.add });
  const running = new Map<string, InstanceProcess>();
  const urlOf = (service: string, instance = 1): string => `http://${config.http.host}:${addresses.port(service, instance)}`;
  let faults = {};
  const reading = setInterval(() => tally.readFrom(records), 100);

  const start = async (service: ServiceName, instance = 1): Promise<void> => {
    const name = `${service}/${instance}`;
    const started = await startInstanceProcess({
      name,
      args: [...args, '--services', service, '--instance', String(instance), '--data', config.data, '--faults'],
      env: { ...env, SHOP_HTTP_BASE_PORT: String(config.http.basePort) },
      onLost: (how) => {
        running.delete(name);
        onLost(`${name} ended by itself, ${how}`);
      },
    });
    running.set(name, started);
    if (Object.keys(faults).length > 0) await post(`${urlOf(service, instance)}/faults`, faults);
  };
  const startAll = (service: ServiceName): Promise<unknown> =>
    Promise.all(Array.from({ length: config.instances[service] }, (_, n) => start(service, n + 1)));
  const end = async (how: 'stop' | 'kill'): Promise<void> => {
    const failures: unknown[] = [];
    for (const service of START_ORDER.toReversed()) {
      const mine = [...running].filter(([name]) => name.startsWith(`${service}/`));
      for (const [name] of mine) running.delete(name);
      for (const ended of await Promise.allSettled(mine.map(([, process]) => process[how]())))
        if (ended.status === 'rejected') failures.push(ended.reason);
    }
    clearInterval(reading);
    await run.stop();
    if (failures.length > 0) throw new AggregateError(failures, failures.map((one) => (one as Error).message).join('; '));
  };

  try {
    // Who publishes registers its schemas when it starts; all else waits for nobody.
    const [first, ...others] = START_ORDER;
    if (first !== undefined) await startAll(first);
    const begun = await Promise.allSettled(others.map(startAll));
    for (const one of begun) if (one.status === 'rejected') throw one.reason;
  } catch (error) {
    await end('kill');
    throw error;
  }

  return {
    plan,
    tally,
    transports: run.parts.transports,
    publisher: run.parts.publisher,
    urlOf,
    databaseOf: (service) => join(config.data, `${service}.db`),
    start,
    stop: (service, instance = 1) => takeInstance(running, service, instance).stop(),
    kill: (service, instance = 1) => takeInstance(running, service, instance).kill(),
    switchFaults: async (patch) => {
      faults = { ...faults, ...patch };
      await Promise.all([...running.keys()].map((name) => post(`${urlOf(...nameAndInstance(name))}/faults`, patch)));
    },
    restartBroker,
    pids: () => [...running.values()].map(({ pid }) => pid),
    close: () => end('stop'),
  };
}

function nameAndInstance(name: string): [string, number] {
  const [service = '', instance = '1'] = name.split('/');
  return [service, Number(instance)];
}

async function post(url: string, body: object): Promise<void> {
  const answer = await request(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  await answer.body.dump();
  if (answer.statusCode !== 204) throw new Error(`${url} answered ${answer.statusCode}`);
}
