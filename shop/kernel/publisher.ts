import type { PublishOutcome } from '../transport/port';
import type { OutgoingEvent } from './events';
import type { TopicOffset, Transaction } from '../transport/port';

export interface Publisher {
  /**
   * To every channel of the event. Up to 3 further attempts (1 s × attempt); a confirm that takes more than 5 s is a failed attempt. Resolves
   * with the worst outcome.
   * @throws NotConnected at once while the broker is away; PublishFailed when the attempts are used up; BufferFull beyond 1,000 waiting
   */
  publish(event: OutgoingEvent, signal?: AbortSignal): Promise<PublishOutcome>;
  /** One Kafka transaction: all events and, when given, a group's offsets, or nothing. */
  publishTogether(
    transactionalId: string,
    events: readonly OutgoingEvent[],
    offsets?: { readonly group: string; readonly offsets: readonly TopicOffset[] },
    inside?: (transaction: Transaction) => Promise<void>,
  ): Promise<void>;
  /** Both brokers take messages. */
  ready(broker: 'rabbitmq' | 'kafka'): boolean;
  /** Resolves when the broker takes messages again. */
  whenReady(broker: 'rabbitmq' | 'kafka', signal?: AbortSignal): Promise<void>;
  /** Waits for what is under way. */
  flush(): Promise<void>;
}
