import { runShop } from './run';

/** The shop by itself, on real brokers. `npm run shop` adds the in-process broker (`scripts/shop/main.ts`). */
const ending = new AbortController();
const stop = (): void => {
  if (ending.signal.aborted) process.exit(1);
  ending.abort();
};
process.on('SIGTERM', stop).on('SIGINT', stop);
process.exitCode = await runShop({
  args: process.argv.slice(2),
  env: process.env,
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  signal: ending.signal,
});
process.exit();
