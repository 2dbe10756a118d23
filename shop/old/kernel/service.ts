import { fromMessage, toMessage, type ShopEvent } from './envelope';
import type { Subscriber, Subscription, Transport } from '../transport/port';

/** The two brokers of one service. In process both are the same engine. */
export interface Connections {
  readonly queues: Transport;
  readonly logs: Transport;
  close(): Promise<void>;
}

/** Opens a service's connections under its own name. */
export type Connect = (service: string, instance?: number) => Promise<Connections>;

export interface RunningService {
  /** Takes no more, finishes what was begun, closes. */
  stop(): Promise<void>;
}

export type React = (event: ShopEvent, delivery: { readonly attempt: number }) => Promise<void>;

/** What a service of the shop is made of: its name, its connections, and the two ways of saying something. */
export class Service implements RunningService {
  private readonly subscribers: Subscriber[] = [];

  constructor(
    readonly name: string,
    private readonly connections: Connections,
  ) {}

  /** To an exchange, envelope A; the routing key is the event's type. */
  async tell(exchange: string, event: ShopEvent): Promise<void> {
    await this.connections.queues.publish(exchange, toMessage(event, 'A', event.type));
  }

  /** To a topic, envelope B; keyed by order, so that one order's events keep their order. */
  async record(topic: string, event: ShopEvent): Promise<void> {
    await this.connections.logs.publish(topic, toMessage(event, 'B', String(event.data.orderId ?? event.id)));
  }

  async onExchange(subscription: Subscription, react: React): Promise<void> {
    this.subscribers.push(
      await this.connections.queues.subscribe(subscription, (message, delivery) => react(fromMessage(message), delivery)),
    );
  }

  async onTopic(subscription: Subscription, react: React): Promise<void> {
    this.subscribers.push(
      await this.connections.logs.subscribe(subscription, (message, delivery) => react(fromMessage(message), delivery)),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.subscribers.map((subscriber) => subscriber.stop()));
    await this.connections.close();
  }
}
