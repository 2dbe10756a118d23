import { utf8Text } from '@/lib/events/amqp-values';
import type { EventHeader } from '@/lib/events/observed-event';
import type { ConfirmChannel } from 'amqplib';
import type { OutgoingMessage, PublishOutcome } from '../broker';
import { insideOf } from './amqp-client';
import type { OperationsLink } from './operations-link';
import { REPLY, messageOf, replyCodeOf, toBrokerError } from './rabbit-errors';
import { type RabbitSettings, userOf } from './rabbit-settings';
import { type EncodedProperties, RawPublish, encodeProperties } from './wire-format';

const utf8 = new TextEncoder();

/** A property frame has no parts: what is larger than a frame would cost us the connection. */
const FRAME_MARGIN = 64;

/**
 * Publishes one message and waits for its fate: mandatory, and confirmed by the broker. A channel of its own per message: a refusal closes the
 * channel it happened on, and a return can't be taken for another message's. Whatever is sent was prepared before, so that a message that
 * can't be encoded has certainly not been sent.
 */
export async function publishOne(operations: OperationsLink, settings: RabbitSettings, message: OutgoingMessage): Promise<PublishOutcome> {
  let fields: RawPublish;
  let properties: EncodedProperties;
  try {
    ({ fields, properties } = prepare(settings, message));
  } catch (error) {
    return { confirmed: false, why: 'refused', detail: messageOf(error) };
  }
  let channel: ConfirmChannel;
  try {
    const link = await operations.open();
    const { frameMax } = link.connection as unknown as { frameMax: number };
    if (properties.bytes.length + FRAME_MARGIN > frameMax)
      return {
        confirmed: false,
        why: 'too-large',
        detail: `headers and properties have ${properties.bytes.length} bytes, the broker takes ${frameMax}`,
      };
    channel = await link.createConfirmChannel();
  } catch (error) {
    return { confirmed: false, why: 'unreachable', detail: toBrokerError(error, settings).message };
  }
  try {
    return await confirmed(channel, fields, properties, Buffer.from(message.body ?? new Uint8Array(0)));
  } finally {
    await channel.close().catch(() => undefined);
  }
}

function prepare(settings: RabbitSettings, { to, key, headers }: OutgoingMessage): { fields: RawPublish; properties: EncodedProperties } {
  const properties = encodeProperties(withoutForeignUser(headers, settings));
  if (to.kind === 'queue') return { fields: new RawPublish('', utf8.encode(to.queue), true), properties };
  // A record's routing key that was not UTF-8 stands in its `key`, as bytes.
  const routingKey = key !== null && utf8Text(key) === null ? key : utf8.encode(to.routingKey ?? '');
  return { fields: new RawPublish(to.channel, routingKey, true), properties };
}

/** The broker refuses a `user-id` that is not the one who is connected. */
function withoutForeignUser(headers: readonly EventHeader[], settings: RabbitSettings): readonly EventHeader[] {
  const ours = userOf(settings.url);
  return headers.filter(
    ({ name, wire, value }) => !(wire === 'property' && name === 'user-id' && (value === null || utf8Text(value) !== ours)),
  );
}

function confirmed(channel: ConfirmChannel, fields: RawPublish, properties: EncodedProperties, body: Buffer): Promise<PublishOutcome> {
  return new Promise((resolve) => {
    let returned: string | null = null;
    let closedBy: unknown = null;
    // The broker sends the return before the confirm.
    channel.on(
      'return',
      ({ fields: why }: { fields: { replyCode?: number; replyText?: string } }) => (returned = `${why.replyCode} ${why.replyText}`),
    );
    channel.on('error', (error: unknown) => (closedBy = error));
    channel.on('close', () => resolve(outcomeOfClose(closedBy)));
    const inside = insideOf(channel);
    try {
      inside.sendMessage(fields, properties, body);
      inside.pushConfirmCallback((error) => {
        // A channel that closes calls this too, before `close`: that answer has the reason.
        if (error !== null && error.message === 'channel closed') return;
        if (error !== null)
          resolve({
            confirmed: false,
            why: 'refused',
            detail: 'the broker did not accept it (nack): a queue is full or refuses publishes',
          });
        else if (returned !== null) resolve({ confirmed: false, why: 'returned', detail: `no queue takes it there (${returned})` });
        else resolve({ confirmed: true, partition: null, offset: null });
      });
    } catch (error) {
      resolve({ confirmed: false, why: 'unreachable', detail: messageOf(error) });
    }
  });
}

function outcomeOfClose(error: unknown): PublishOutcome {
  const detail = messageOf(error ?? 'the connection went');
  switch (replyCodeOf(error)) {
    case REPLY.accessRefused:
      return { confirmed: false, why: 'not-allowed', detail };
    case REPLY.notFound:
      return { confirmed: false, why: 'refused', detail };
    case REPLY.preconditionFailed:
      return /larger than|message size/.test(detail)
        ? { confirmed: false, why: 'too-large', detail }
        : { confirmed: false, why: 'refused', detail };
    default:
      return { confirmed: 'unknown', detail: 'the connection to the broker went before it confirmed' };
  }
}
