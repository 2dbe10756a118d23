import pino, { type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

/** Whatever a library or an error object carries under these names never reaches a log line. */
const REDACTED = [
  'password',
  'sasl',
  'apiPassword',
  'secret',
  'authorization',
  'cookie',
  'csrf',
  'body',
  'headers',
  'key',
  'url',
  'content',
];

/**
 * One logger per process, JSON lines or a person's view. Secrets and bodies are redacted by name, three levels deep.
 * @param to where JSON lines go; standard output by default.
 */
export function openLog(
  settings: { readonly level: string; readonly format: 'json' | 'pretty' },
  part: string,
  to?: DestinationStream,
): Log {
  const options: pino.LoggerOptions = {
    level: settings.level,
    base: { part },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  };
  if (to !== undefined) return pino(options, to);
  if (settings.format === 'json') return pino(options);
  return pino({
    ...options,
    transport: {
      target: 'pino-pretty',
      options: { colorize: process.stdout.isTTY, ignore: 'pid,hostname,part', messageFormat: '{part}: {msg}', singleLine: true },
    },
  });
}
