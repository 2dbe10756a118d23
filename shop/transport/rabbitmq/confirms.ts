import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Message, PublishOutcome } from '../port';
import type { AmqpLink } from './link';
import { toProperties } from './messages';

/** Publishes on one channel; every message has its own promise, kept by the broker's confirm for it. */
export class Confirms {
  private channel: Promise<ConfirmChannel> | null = null;
  /** Messages that came back, by id and key: a return always comes before its confirm. */
  private readonly returned = new Map<string, number>();

  constructor(private readonly link: AmqpLink) {}

  async publish(exchange: string, message: Message, mandatory: boolean): Promise<PublishOutcome> {
    const channel = await (this.channel ?? this.opened());
    const outcome = await new Promise<PublishOutcome>((resolve, reject) => {
      channel.publish(exchange, message.key, Buffer.from(message.body), { ...toProperties(message), mandatory }, (error) => {
        if (error === null || error === undefined) resolve('confirmed');
        // The library gives the callback an error for a negative confirm, and another one when the channel closes.
        else if ((error as Error).message === 'message nacked') resolve('refused');
        else reject(new Error('the channel closed before the confirm', { cause: error }));
      });
    });
    return outcome === 'confirmed' && mandatory && this.takeReturn(message) ? 'returned' : outcome;
  }

  private opened(): Promise<ConfirmChannel> {
    const opening = this.open();
    this.channel = opening;
    opening.catch(() => this.forget(opening));
    return opening;
  }

  private forget(channel: Promise<ConfirmChannel>): void {
    if (this.channel === channel) this.channel = null;
  }

  private async open(): Promise<ConfirmChannel> {
    const channel = await this.link.connection().createConfirmChannel();
    const opening = this.channel;
    channel.on('error', () => {});
    channel.on('return', ({ properties, fields }: ConsumeMessage) => {
      const place = placeOf(String(properties.messageId ?? ''), fields.routingKey);
      this.returned.set(place, (this.returned.get(place) ?? 0) + 1);
    });
    channel.once('close', () => {
      if (opening !== null) this.forget(opening);
      this.returned.clear();
    });
    return channel;
  }

  private takeReturn({ id, key }: Message): boolean {
    const place = placeOf(id, key);
    const count = this.returned.get(place) ?? 0;
    if (count <= 1) this.returned.delete(place);
    else this.returned.set(place, count - 1);
    return count > 0;
  }
}

const placeOf = (id: string, key: string): string => `${id}|${key}`;
