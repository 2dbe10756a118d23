import { AppError, isAppError } from '@/lib/errors';
import { type RabbitSettings, placeOf, userOf, vhostOf } from './rabbit-settings';

/** The protocol's reply codes that mean something to us. */
export const REPLY = { accessRefused: 403, notFound: 404, resourceLocked: 405, preconditionFailed: 406 } as const;

/** The reply code an AMQP error carries, `null` where it is none. */
export function replyCodeOf(error: unknown): number | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' ? code : null;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the client library threw while connecting or working, in our words with what to do. Never holds the password. */
export function toBrokerError(error: unknown, settings: RabbitSettings): AppError {
  if (isAppError(error)) return error;
  const text = messageOf(error);
  const [place, vhost, user] = [placeOf(settings.url), vhostOf(settings.url), userOf(settings.url)];
  const of = (code: string, message: string, cure: string) => new AppError(code, message, { retryable: true, cure, cause: error });
  if (/Handshake terminated by server: 403/.test(text))
    return of(
      'broker-auth',
      `RabbitMQ at ${place} refused the user "${user}"`,
      'Check user and password in the URL; "guest" may only come from the broker\'s own machine.',
    );
  if (/Expected ConnectionOpenOk; got/.test(text) || /Handshake terminated by server: 530/.test(text))
    return of(
      'broker-permission',
      `The vhost "${vhost}" does not exist at ${place}, or "${user}" may not use it`,
      `rabbitmqctl add_vhost ${vhost}, and give "${user}" rights on it.`,
    );
  if (replyCodeOf(error) === REPLY.accessRefused)
    return of(
      'broker-permission',
      `"${user}" has not all the rights the tap needs in vhost "${vhost}": ${plain(text)}`,
      permissionCommand(settings),
    );
  if (
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET|EPIPE|Socket closed|Unexpected close|Heartbeat timeout|CONNECTION[-_]FORCED/.test(
      `${text} ${(error as { code?: string })?.code ?? ''}`,
    )
  )
    return of(
      'broker-unreachable',
      `RabbitMQ at ${place} does not answer (${plain(text)})`,
      'Check that the broker runs and that host and port are right; we keep trying.',
    );
  if (/certificate|self[- ]signed|TLS|SSL/i.test(text))
    return of(
      'broker-unreachable',
      `No secure connection to ${place}: ${plain(text)}`,
      'Check tls.ca, tls.servername and the certificate of the broker.',
    );
  return of('broker-protocol', `RabbitMQ at ${place}: ${plain(text)}`, "We try again; if it stays, look into the broker's log.");
}

/** The narrow rights, as a command: `read .*` would allow purging anybody's queue. */
export const permissionCommand = (settings: RabbitSettings, exchanges = '<exchanges>'): string =>
  `rabbitmqctl set_permissions -p '${vhostOf(settings.url)}' ${userOf(settings.url)} '^eventyard\\.' '^eventyard\\.' '^(eventyard\\..*|${exchanges})$'`;

const plain = (text: string): string => text.replace(/\/\/[^@\s/]*@/g, '//').slice(0, 300);
