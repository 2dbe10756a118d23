import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { World } from '../../shop/world';

const BROKERS = fileURLToPath(new URL('../brokers/main.ts', import.meta.url));

/** Brokers that `npm run brokers -- start` brought up are killed and started again on their data. @throws Error when others are used */
export const restartRealBroker: World['restartBroker'] = async (broker) => {
  await promisify(execFile)(process.execPath, ['--import', 'tsx', BROKERS, 'restart', '--only', broker]);
};
