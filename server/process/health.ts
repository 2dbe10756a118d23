import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Bus } from '../bus/bus';
import type { Store } from '../store/store';

interface HealthParts {
  readonly store: Pick<Store, 'ready'>;
  readonly bus: Pick<Bus, 'ask'>;
  readonly metrics: Pick<Registry, 'metrics' | 'contentType'>;
}

interface Part {
  readonly name: string;
  readonly ready: boolean;
  readonly detail: string;
}

/**
 * `/healthz`: this process answers. `/readyz`: 200 when store, collector and every tap are ready, else 503; the body names each part.
 * `/metrics`: Prometheus text of both halves. Says whether it took the request.
 */
export function answerHealth(request: IncomingMessage, response: ServerResponse, parts: HealthParts): boolean {
  const path = request.url?.split('?')[0];
  if (path === '/healthz') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
    return true;
  }
  if (path === '/readyz') {
    void readiness(parts).then((found) => {
      response.writeHead(found.every((part) => part.ready) ? 200 : 503, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(`${JSON.stringify({ ready: found.every((part) => part.ready), parts: found })}\n`);
    });
    return true;
  }
  if (path === '/metrics') {
    void bothMetrics(parts).then((text) => response.writeHead(200, { 'content-type': parts.metrics.contentType }).end(text));
    return true;
  }
  return false;
}

async function readiness({ store, bus }: HealthParts): Promise<readonly Part[]> {
  const [stored, collected] = await Promise.all([
    store.ready().catch((error: Error) => ({ ready: false, detail: error.message })),
    bus
      .ask('readiness', {}, { timeoutMs: 2_000 })
      .catch((error: Error) => ({ parts: [{ name: 'collector', ready: false, detail: error.message }] })),
  ]);
  return [{ name: 'store', ...stored }, ...collected.parts];
}

async function bothMetrics({ bus, metrics }: HealthParts): Promise<string> {
  const own = await metrics.metrics();
  const collector = await bus.ask('metrics', {}, { timeoutMs: 2_000 }).then(
    (answer) => answer.text,
    () => '',
  );
  const up = `# HELP eventyard_collector_up Whether the collector answers.\n# TYPE eventyard_collector_up gauge\neventyard_collector_up ${collector === '' ? 0 : 1}\n`;
  return `${own}\n${up}${collector}`;
}
