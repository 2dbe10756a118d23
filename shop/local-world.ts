import { join } from 'node:path';
import type { ShopConfig } from './config';
import { faultsOf } from './kernel/faults';
import { openAddressBook, type ServiceName } from './kernel/http-server/address-book';
import { openTraffic } from './open-instance';
import { PlanBook } from './plan-book';
import { Tally } from './scenarios/records';
import { startInstance, type StartedInstance } from './start-instance';
import type { Plan } from './traffic/plan';
import type { Connect } from './transport/port';
import { START_ORDER, type World, takeInstance } from './world';

export interface LocalWorldParts {
  readonly config: ShopConfig & { readonly data: string };
  readonly plan: Plan;
  readonly connect: Connect;
  readonly restartBroker: World['restartBroker'];
  /** Only these; without it, everything. */
  readonly only?: readonly { readonly service: ServiceName; readonly instance: number }[];
}

export interface LocalWorld extends World {
  /** Another plan for the orders that come from now on: who is down is started, no fault is switched on, counting begins anew. */
  play(plan: Plan): Promise<void>;
}

const NO_SWITCHES = { mailDown: false, cardGatewayDown: false, mended: false, delays: {} };

const everybody = ({ instances }: ShopConfig): (readonly [ServiceName, number])[] =>
  START_ORDER.flatMap((service) => Array.from({ length: instances[service] }, (_, n) => [service, n + 1] as const));

/** All instances in one process. A kill destroys an instance's connections and memory without a drain. */
export async function openLocalWorld({ config, plan, connect, restartBroker, only }: LocalWorldParts): Promise<LocalWorld> {
  const tally = new Tally(plan);
  const book = new PlanBook(plan);
  const faults = faultsOf(book);
  const addresses = openAddressBook(config.http.basePort, config.http.ports);
  const running = new Map<string, StartedInstance>();
  const start = async (service: ServiceName, instance = 1): Promise<void> => {
    const started = await startInstance({ service, instance, config, connect, faults, planned: book, addresses, note: tally.add });
    running.set(`${service}/${instance}`, started);
  };

  const traffic = await openTraffic({ config, connect, addresses, planned: book, note: tally.add });
  const close = async (): Promise<void> => {
    for (const service of START_ORDER.toReversed())
      await Promise.all(
        [...running].filter(([name]) => name.startsWith(`${service}/`)).map(([name, { stop }]) => (running.delete(name), stop())),
      );
    await traffic.stop();
  };
  try {
    if (only !== undefined) for (const { service, instance } of only) await start(service, instance);
    else for (const [service, instance] of everybody(config)) await start(service, instance);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    get plan() {
      return book.plan;
    },
    tally,
    transports: traffic.parts.transports,
    publisher: traffic.parts.publisher,
    urlOf: (service) => addresses.find(service),
    databaseOf: (service) => join(config.data, `${service}.db`),
    start,
    stop: (service, instance = 1) => takeInstance(running, service, instance).stop(),
    kill: async (service, instance = 1) => takeInstance(running, service, instance).crash(),
    switchFaults: async (patch) => faults.switch(patch),
    restartBroker,
    play: async (next) => {
      faults.switch(NO_SWITCHES);
      for (const [service, instance] of everybody(config)) if (!running.has(`${service}/${instance}`)) await start(service, instance);
      tally.begin(next);
      book.play(next);
    },
    close,
  };
}
