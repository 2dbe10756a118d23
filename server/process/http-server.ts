import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import { AppError } from '@/lib/errors';

/**
 * Listens, or says why it can't. Port 0 takes a free one.
 * @throws AppError `port-taken`, `port-not-allowed`, `listen`
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE')
      throw new AppError('port-taken', `port ${port} on ${host} is taken by another program`, {
        cure: 'stop it, or choose another with --port',
      });
    if (code === 'EACCES')
      throw new AppError('port-not-allowed', `port ${port} needs more rights than this user has`, {
        cure: 'choose a port above 1023 with --port',
      });
    throw new AppError('listen', `cannot listen on ${host}:${port} (${code ?? 'unknown reason'})`, { cause: error });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Headers are bounded by Node (16 kB); a slow client can't hold a connection open for ever. */
export function makeServer(handler: RequestListener): Server {
  return createServer({ requestTimeout: 30_000, headersTimeout: 15_000, keepAliveTimeout: 10_000 }, handler);
}

/** Ends open connections too: a browser's kept-alive one would hold the stop up. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
