import { UP } from './instance-process';
import { runShop } from './run';

/** The shop by itself, on real brokers. `npm run shop` adds the in-process broker (`scripts/shop/main.ts`). */
const ending = new AbortController();
const stop = (): void => {
  if (ending.signal.aborted) process.exit(1);
  ending.abort();
};
process.on('SIGTERM', stop).on('SIGINT', stop);
// One process of several ends with the one that started it.
if (process.send !== undefined) process.once('disconnect', stop);
process.exitCode = await runShop({
  args: process.argv.slice(2),
  env: process.env,
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  isUp: () => process.send?.(UP),
  signal: ending.signal,
});
process.exit();
