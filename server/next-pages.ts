import { fileURLToPath } from 'node:url';
import next from 'next';
import type { OpenPages } from './start-all';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The pages and routes of `app/`, by Next: built ones, or compiled when asked for in development. */
export const openNextPages: OpenPages = async (server, config, port) => {
  const pages = next({ dev: config.development, dir: ROOT, hostname: config.listen.host, port, httpServer: server });
  await pages.prepare();
  const handle = pages.getRequestHandler();
  return { handle: (request, response) => handle(request, response), close: () => pages.close() };
};
