import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import type { ShopConfig } from './config';
import { openAddressBook, type ServiceName } from './kernel/http-server/address-book';
import { openTraffic } from './open-instance';
import { Tally } from './scenarios/records';
import { seedText, type Plan } from './traffic/plan';
import type { Connect } from './transport/port';
import { START_ORDER, type World } from './world';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
/** Where the processes of a run write what they have done. */
export const recordsIn = (data: string): string => join(data, 'records');

export interface ProcessWorldParts {
  readonly config: ShopConfig & { readonly data: string };
  readonly plan: Plan;
  /** The command line of the run, handed on to every process. */
  readonly args: readonly string[];
  readonly connect: Connect;
  readonly restartBroker: World['restartBroker'];
}

/** One process an instance, on real brokers: a kill is a kill -9. */
export async function openProcessWorld({ config, plan, args, connect, restartBroker }: ProcessWorldParts): Promise<World> {
  const tally = new Tally(seedText(plan.seed));
  const addresses = openAddressBook(config.http.basePort);
  const records = recordsIn(config.data);
  const run = await openTraffic({ config, connect, addresses, planned: plan.faults, note: tally.add });
  const children = new Map<string, ChildProcess>();
  const urlOf = (service: string, instance = 1): string => `http://${config.http.host}:${addresses.port(service, instance)}`;
  let faults = {};
  const reading = setInterval(() => tally.readFrom(records), 100);

  const childOf = (service: ServiceName, instance: number): ChildProcess => {
    const child = children.get(`${service}/${instance}`);
    if (child === undefined) throw new Error(`${service}/${instance} does not run`);
    return child;
  };
  const end = async (service: ServiceName, instance: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const child = childOf(service, instance);
    children.delete(`${service}/${instance}`);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };

  const world: World = {
    plan,
    tally,
    transports: run.parts.transports,
    publisher: run.parts.publisher,
    urlOf,
    databaseOf: (service) => join(config.data, `${service}.db`),
    start: async (service, instance = 1) => {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', MAIN, ...args, '--services', service, '--instance', String(instance), '--data', config.data, '--faults'],
        { stdio: ['ignore', 'inherit', 'inherit'] },
      );
      children.set(`${service}/${instance}`, child);
      await whenHealthy(urlOf(service, instance), child);
      if (Object.keys(faults).length > 0) await post(`${urlOf(service, instance)}/faults`, faults);
    },
    stop: (service, instance = 1) => end(service, instance, 'SIGTERM'),
    kill: (service, instance = 1) => end(service, instance, 'SIGKILL'),
    switchFaults: async (patch) => {
      faults = { ...faults, ...patch };
      await Promise.all([...children.keys()].map((name) => post(`${urlOf(...nameAndInstance(name))}/faults`, patch)));
    },
    restartBroker,
    close: async () => {
      for (const service of START_ORDER.toReversed())
        await Promise.all(
          [...children.keys()]
            .filter((name) => name.startsWith(`${service}/`))
            .map((name) => end(service, Number(name.split('/')[1]), 'SIGTERM')),
        );
      clearInterval(reading);
      await run.stop();
    },
  };
  try {
    for (const service of START_ORDER)
      await Promise.all(Array.from({ length: config.instances[service] }, (_, n) => world.start(service, n + 1)));
  } catch (error) {
    for (const child of children.values()) child.kill('SIGKILL');
    clearInterval(reading);
    await run.stop();
    throw error;
  }
  return world;
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

async function whenHealthy(url: string, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`the process of ${url} ended with ${child.exitCode}`);
    const answer = await request(`${url}/health`).catch(() => null);
    await answer?.body.dump();
    if (answer?.statusCode === 200) return;
  }
  throw new Error(`${url} was not healthy within a minute`);
}
