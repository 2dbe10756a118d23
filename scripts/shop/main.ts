import { existsSync } from 'node:fs';
import { createInProcessEngine } from '../../server/brokers/in-process/engine';
import { runShop } from '../../shop/run';
import { readEnvFile } from '../brokers/addresses';
import { inProcessBrokers } from './in-process-brokers';
import { restartRealBroker } from './restart-real-broker';

/** `npm run shop`: the shop, with an in-process broker to run on when no other is asked for. */
if (!existsSync('shop.config.json') && !process.argv.includes('--config'))
  // The brokers that `npm run brokers -- start` brought up, where nobody names others. Processes of the shop inherit them.
  for (const [name, value] of readEnvFile()) process.env[name] ??= value;

const ending = new AbortController();
const stop = (): void => {
  if (ending.signal.aborted) process.exit(1);
  ending.abort();
};
process.on('SIGTERM', stop).on('SIGINT', stop);
process.exitCode = await runShop({
  args: process.argv.slice(2),
  env: process.env,
  inProcess: inProcessBrokers(createInProcessEngine()),
  restartRealBroker,
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  signal: ending.signal,
});
process.exit();
