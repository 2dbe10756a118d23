import { describeBrokerContract } from '../broker.contract';
import { openInProcessWorld } from './contract-world.fixture';

for (const system of ['kafka', 'rabbitmq'] as const) {
  describeBrokerContract(`in-process as ${system}`, { system, inProcess: true, exceptions: [], open: () => openInProcessWorld(system) });
}
