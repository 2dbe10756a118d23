import { traceOf } from './ids';
import { currentEvent } from './subscriber/chain';
import { pino, type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

/** Everything a message says in confidence, and what opens doors: no line of a log ever carries it, however deep it was handed over. */
const CONFIDENTIAL = ['body', 'data', 'payload', 'email', 'card', 'phone', 'secrets', 'mailGatewayKey', 'authorization'];

/** One line of JSON per fact, to standard error; the message's id and type may be named, its body may not. */
export function createLog(service: string, level = 'info', destination: DestinationStream = pino.destination(2)): Log {
  return pino(
    {
      level,
      base: { service },
      // What is logged while a message is worked on can be found by its trace.
      mixin: () => {
        const trace = traceOf(currentEvent()?.traceparent ?? null);
        return trace === null ? {} : { traceId: trace.traceId };
      },
      redact: { paths: CONFIDENTIAL.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), remove: true },
    },
    destination,
  );
}
