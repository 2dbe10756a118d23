import { amqpHeader, decodeAmqpTable, encodeAmqpField, encodeAmqpTable, type AmqpField } from '@/lib/events/amqp-values';
import type { EventHeader } from '@/lib/events/observed-event';
import { type EngineMessage, propertyOf, withoutProperty } from './message';

export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

/**
 * The headers of a message that died in `queue`, with RabbitMQ's own account: `x-death` (array of tables, the newest death first, one entry per
 * queue and reason with its count) and `x-first-death-*`. An expiration moves from the property into the entry, so that it does not strike again.
 */
export function headersAfterDeath(message: EngineMessage, queue: string, reason: DeathReason, nowMs: number): EventHeader[] {
  const deaths = deathsOf(message.headers);
  const known = deaths.find((death) => death.queue === queue && death.reason === reason);
  const expiration = propertyOf(message.headers, 'expiration');
  const newest: Death = {
    queue,
    reason,
    fields: [
      amqpHeader('count', BigInt((known?.count ?? 0) + 1)),
      amqpHeader('reason', reason),
      amqpHeader('queue', queue),
      { name: 'time', wire: 'T', value: secondsOf(nowMs) },
      amqpHeader('exchange', message.exchange),
      amqpHeader('routing-keys', [message.routingKey]),
      ...(expiration === null ? [] : [amqpHeader('original-expiration', expiration)]),
    ],
    count: (known?.count ?? 0) + 1,
  };
  const all = [newest, ...deaths.filter((death) => death !== known)];
  const tables = all.map(({ fields }) => encodeAmqpField('F', encodeAmqpTable(fields)));
  const others = withoutProperty(message.headers, 'expiration').filter((header) => header.wire === 'property' || header.name !== 'x-death');
  const first =
    deaths.length > 0
      ? []
      : [
          amqpHeader('x-first-death-exchange', message.exchange),
          amqpHeader('x-first-death-queue', queue),
          amqpHeader('x-first-death-reason', reason),
        ];
  return [...others, { name: 'x-death', wire: 'A', value: Uint8Array.from(Buffer.concat(tables)) }, ...first];
}

/** A dead letter that comes back to a queue without anybody having rejected it on the way would go round for ever: the broker drops it. */
export function goesRound(headers: readonly EventHeader[], target: string): boolean {
  const deaths = deathsOf(headers);
  const back = deaths.findIndex((death) => death.queue === target);
  return back >= 0 && deaths.slice(0, back + 1).every((death) => death.reason !== 'rejected');
}

interface Death {
  readonly queue: string;
  readonly reason: string;
  readonly count: number;
  readonly fields: readonly AmqpField[];
}

const text = new TextDecoder();

function deathsOf(headers: readonly EventHeader[]): Death[] {
  const header = headers.find((one) => one.name === 'x-death' && one.wire === 'A');
  return header === undefined || header.value === null ? [] : tablesOf(header.value).map(toDeath);
}

/** An array of tables; what a client wrote there that is none is not a death. */
function tablesOf(array: Uint8Array): AmqpField[][] {
  const tables: AmqpField[][] = [];
  const view = new DataView(array.buffer, array.byteOffset, array.byteLength);
  for (let at = 0; at + 5 <= array.length && array[at] === 0x46;) {
    const end = at + 5 + view.getUint32(at + 1);
    if (end > array.length) break;
    tables.push(decodeAmqpTable(array.subarray(at + 5, end)));
    at = end;
  }
  return tables;
}

function toDeath(fields: readonly AmqpField[]): Death {
  const textOf = (name: string): string => {
    const field = fields.find((one) => one.name === name);
    return field?.wire === 'S' && field.value !== null ? text.decode(field.value) : '';
  };
  const count = fields.find((one) => one.name === 'count' && one.wire === 'l')?.value ?? null;
  return {
    queue: textOf('queue'),
    reason: textOf('reason'),
    count: count === null ? 0 : Number(new DataView(count.buffer, count.byteOffset, 8).getBigInt64(0)),
    fields,
  };
}

function secondsOf(ms: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(Math.floor(ms / 1000)));
  return bytes;
}
