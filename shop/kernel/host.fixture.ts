import { createInProcessEngine } from '../../server/brokers/in-process/engine';
import { inProcessConnect } from '../transport/in-process';
import type { Message } from '../transport/port';
import type { Converters, OutgoingEvent } from './events';
import { createServiceHost, type HostParts, type ServiceHost } from './host';
import { childTraceparent } from './ids';
import { fromEnvelope, toEnvelopeA } from './serialisers/envelopes';
import { Poison } from './events';
import type { HostMetrics } from './host-needs';
import type { DeadLetter } from './service-host';
import { queueTopology, topicTopology } from './topology';

const decoder = new TextDecoder();

/** JSON for every format: what is tried here does not ask for a registry. */
export const jsonOnly: Converters = () => ({
  encode: async (event) => ({
    body: new TextEncoder().encode(JSON.stringify(toEnvelopeA(event))),
    contentType: 'application/json',
    idInBody: true,
  }),
  decode: async ({ body }) => {
    try {
      return fromEnvelope(JSON.parse(decoder.decode(body)));
    } catch (error) {
      throw error instanceof Poison ? error : new Poison('Undecodable', 'not JSON');
    }
  },
});

/** Everything the metrics were told, as `name:label:label` → how often. */
function countingMetrics(): { readonly counts: Map<string, number>; readonly metrics: HostMetrics } {
  const counts = new Map<string, number>();
  const count =
    (name: string) =>
    (...labels: (string | number)[]): void => {
      const key = [name, ...labels.filter((label) => typeof label === 'string')].join(':');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    };
  const metrics = {
    published: count('published'),
    processed: count('processed'),
    deadLetter: count('dead'),
    duplicateSkipped: count('skipped'),
    ignored: count('ignored'),
    returned: count('returned'),
    refused: count('refused'),
    lag: () => {},
    members: () => {},
  };
  return { counts, metrics };
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface HostWorld {
  readonly engine: ReturnType<typeof createInProcessEngine>;
  readonly counts: Map<string, number>;
  readonly letters: DeadLetter[];
  host(service: string, more?: Partial<HostParts>): Promise<ServiceHost>;
  /** What lies in a queue now. */
  queued(queue: string): Promise<readonly Message[]>;
  close(): Promise<void>;
}

/** A shop's brokers, fifty times as fast, and hosts on them. */
export async function openHostWorld(): Promise<HostWorld> {
  const engine = createInProcessEngine();
  const connect = inProcessConnect(engine);
  const { counts, metrics } = countingMetrics();
  const letters: DeadLetter[] = [];
  const hosts: ServiceHost[] = [];
  const setup = await connect({ service: 'setup', instance: 1 });
  await setup.rabbitmq.declare(queueTopology());
  await setup.kafka.declareTopics(topicTopology());
  let instance = 0;
  return {
    engine,
    counts,
    letters,
    async host(service, more = {}) {
      const who = { service, instance: (instance += 1) };
      const host = createServiceHost({
        who,
        transports: await connect(who),
        converters: jsonOnly,
        config: { time: (ms) => ms / 50, trace: 'full' },
        log: silent,
        metrics,
        deadLetters: { add: (letter) => void letters.push(letter) },
        ...more,
      });
      hosts.push(host);
      return host;
    },
    async queued(queue) {
      const messages: Message[] = [];
      for (let got = await setup.rabbitmq.get(queue); got !== null; got = await setup.rabbitmq.get(queue)) messages.push(got);
      return messages;
    },
    async close() {
      for (const host of hosts) await host.stop();
      for (const client of engine.clients()) client.close();
    },
  };
}

export function anEvent(n: number | string, more: Partial<OutgoingEvent> = {}): OutgoingEvent {
  const id = `event-${n}`;
  return {
    id,
    type: 'payment.completed',
    version: '1.0.0',
    source: 'payment-service',
    at: 1_700_000_000_000,
    key: `order-${n}`,
    channels: [{ broker: 'rabbitmq', channel: 'ecommerce.events' }],
    data: { orderId: `order-${n}`, n },
    correlationId: `order-${n}`,
    causationId: null,
    traceparent: childTraceparent(null, id),
    ...more,
  };
}
