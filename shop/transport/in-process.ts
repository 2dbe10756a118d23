import type { Engine } from './in-process/engine';
import { inProcessLogs } from './in-process/logs';
import { inProcessQueues } from './in-process/queues';
import { connectionName, type Connect } from './port';

/** Both brokers over one engine. The connection ends when both sides have closed. */
export function inProcessConnect(engine: Engine): Connect {
  return async (who) => {
    const client = engine.client(connectionName(who));
    const gone = new AbortController();
    let open = 2;
    const ends = (): { close(): Promise<void>; crash(): void } => {
      let closed = false;
      return {
        async close() {
          if (closed) return;
          closed = true;
          open -= 1;
          if (open > 0) return;
          gone.abort();
          client.close();
        },
        crash() {
          gone.abort();
          client.crash();
        },
      };
    };
    return { rabbitmq: inProcessQueues(client, ends()), kafka: inProcessLogs(client, ends(), gone.signal) };
  };
}
