import { AppError } from '@/lib/errors';
import type { Log } from '@/server/log';
import type { Broker, BrokerException, Tap, TapOptions } from '../broker';
import { describeRabbit } from './describe-rabbit';
import { openManagementApi } from './management-api';
import { OperationsLink } from './operations-link';
import { PrometheusReader } from './prometheus';
import { publishOne } from './publish';
import { type RabbitSettings, tlsOf, vhostOf } from './rabbit-settings';
import { RabbitTap } from './rabbit-tap';
import { RabbitSampler } from './sample-rabbit';
import { takeOneLetter } from './take-letter';
import { TapMemory } from './tap-memory';

export type { RabbitSettings } from './rabbit-settings';

/** What RabbitMQ can't keep of the port's promises, by its version (`3.10.8`): what it delivers is kept, but 4 delivers another table than it was sent. */
export const rabbitExceptions = (version: string): readonly BrokerException[] =>
  Number.parseInt(version, 10) < 4
    ? []
    : [
        { promise: 'P15', reason: 'RabbitMQ 4 delivers header tables sorted by name: the order of the sender does not reach anybody' },
        { promise: 'P16', reason: 'RabbitMQ 4 merges header fields of one name before it delivers them' },
      ];

/** One vhost. Opens no connection until it is needed, so it never fails here. Promises: docs/spec/brokers-rabbitmq.md. */
export function openRabbitBroker(settings: RabbitSettings, { log }: { log: Log }): Broker {
  const api = openManagementApi(settings);
  const operations = new OperationsLink(settings);
  const nodes = settings.prometheusUrl?.split(',').map((one) => one.trim());
  const prometheus = nodes === undefined ? null : new PrometheusReader(nodes, vhostOf(settings.url), tlsOf(settings));
  const sampler = new RabbitSampler(operations, api, prometheus);
  const taps = new Set<RabbitTap>();
  const memories = new Map<string, TapMemory>();
  const memoryOf = (tap: string): TapMemory => {
    const memory = memories.get(tap) ?? new TapMemory();
    memories.set(tap, memory);
    return memory;
  };
  let closed = false;
  let exceptions = rabbitExceptions('');

  return {
    name: settings.name,
    system: 'rabbitmq',
    inProcess: false,
    get exceptions() {
      return exceptions;
    },
    async describe() {
      const picture = await describeRabbit(api, settings);
      exceptions = rabbitExceptions(/\d[\d.]*/.exec(picture.product)?.[0] ?? '');
      return sampler.problem === null ? picture : { ...picture, missing: [...picture.missing, { part: 'rates', reason: sampler.problem }] };
    },
    sample: (request) => sampler.sample(request),
    publish: (message) => publishOne(operations, settings, message),
    takeLetter: (request) => takeOneLetter(operations, api, settings, request),
    async openTap(options: TapOptions): Promise<Tap> {
      if (closed) throw new AppError('tap-closed', 'the broker is closed');
      const tap = new RabbitTap(settings, options, api, log, memoryOf(options.tap), (one) => taps.delete(one));
      taps.add(tap);
      await tap.ready;
      return tap;
    },
    async close() {
      closed = true;
      await Promise.all([...taps].map((tap) => tap.close()));
      await operations.close();
    },
  };
}
