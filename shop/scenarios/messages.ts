import { newTraceparent } from '../kernel/ids';
import { toExchange, type Destination } from '../kernel/channels';
import type { Data, OutgoingEvent } from '../kernel/events';
import type { Message } from '../transport/port';

/** A message of the run itself, as a colleague's script would send it. The id follows from what it is about. */
export function message(type: string, about: string, data: Data, channel: Destination = toExchange('shop.commands')): OutgoingEvent {
  const id = `${type}-${about}`;
  return {
    id,
    type,
    version: '1.0.0',
    source: 'traffic',
    at: Date.now(),
    key: about,
    data,
    correlationId: about,
    causationId: null,
    traceparent: newTraceparent(id, about),
    channels: [channel],
  };
}

/** Bytes as they are: no id, no name, no headers. */
export const rawMessage = (type: string, body: Uint8Array, contentType = 'application/json'): Message => ({
  id: '',
  type,
  key: type,
  body,
  contentType,
  headers: {},
});

/** Half a JSON text: no attempt can make it right. */
export const brokenCommand = (): Message => rawMessage('order.process', new TextEncoder().encode('{"id": "cut off'));

/** From 1. */
export async function times(number: number, work: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 1; n <= number; n += 1) await work(n);
}

/** All at once, from 1. */
export const together = <T>(number: number, work: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: number }, (_, index) => work(index + 1)));
