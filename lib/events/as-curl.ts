import type { EventDetail } from '@/lib/contract/traces';

/**
 * An event as a command for a shell, to try it somewhere else. [CU1] Whatever the event says stays within one quoted argument: nothing of it is
 * run. [CU2] The address and the password are the shell's variables: none of ours is copied. The body travels as the bytes it was, in base64.
 */
export function publishCurl(detail: EventDetail): string {
  const { row } = detail;
  if (row.system === 'kafka') {
    const record = { ...(row.key !== null && { key: base64(row.key) }), value: detail.body.kind === 'none' ? null : detail.body.bytes };
    return [
      `curl -X POST "$KAFKA_REST_URL"/topics/${encodeURIComponent(row.channel)}`,
      `  -H ${quoted('content-type: application/vnd.kafka.binary.v2+json')}`,
      `  --data-binary ${quoted(JSON.stringify({ records: [record] }))}`,
    ].join(' \\\n');
  }
  const headers = Object.fromEntries(
    detail.headers.filter(({ wire, isText }) => wire === 'S' && isText).map(({ name, text }) => [name, text]),
  );
  const properties = {
    ...(row.messageId !== null && { message_id: row.messageId }),
    ...(row.correlationId !== null && { correlation_id: row.correlationId }),
    ...(row.type !== null && { type: row.type }),
    ...(detail.contentType !== null && { content_type: detail.contentType }),
    ...(detail.contentEncoding !== null && { content_encoding: detail.contentEncoding }),
    headers,
  };
  const message = { properties, routing_key: row.routingKey ?? '', payload: detail.body.bytes, payload_encoding: 'base64' };
  return [
    `curl -u "$RABBITMQ_USER:$RABBITMQ_PASSWORD" -X POST "$RABBITMQ_API_URL"/api/exchanges/"$VHOST"/${encodeURIComponent(row.channel === '' ? 'amq.default' : row.channel)}/publish`,
    `  -H ${quoted('content-type: application/json')}`,
    `  --data-binary ${quoted(JSON.stringify(message))}`,
  ].join(' \\\n');
}

/** Reads the event from where it is looked at, `origin` being `http://127.0.0.1:7200`. */
export const readCurl = (origin: string, eventId: string): string =>
  `curl ${quoted(`${origin}/api/events/${encodeURIComponent(eventId)}`)}`;

/** One argument of a POSIX shell, whatever stands in it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function base64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
