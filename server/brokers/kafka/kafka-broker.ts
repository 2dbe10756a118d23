import type { Broker, Tap } from '@/server/brokers/broker';
import type { Log } from '@/server/log';
import { describeCluster } from './groups/describe-cluster';
import { GroupSurvey } from './groups/group-survey';
import { Sampler } from './groups/sampler';
import { toAppError } from './kafka-errors';
import { KafkaLink } from './kafka-link';
import type { KafkaSettings } from './kafka-settings';
import { Publisher } from './publish/publisher';
import { openKafkaTap } from './tap/kafka-tap';

export type { KafkaSettings } from './kafka-settings';

/** One Kafka cluster. Connects when something is asked of it; promises: docs/spec/brokers-kafka.md. */
export function openKafkaBroker(settings: KafkaSettings, { log }: { readonly log: Log }): Broker {
  const now = (): number => Date.now();
  const link = new KafkaLink(settings, log);
  const groups = new GroupSurvey(link);
  const ownGroup = settings.group ?? null;
  const sampler = new Sampler(link, groups, ownGroup, now);
  const publisher = new Publisher(settings, log, now);
  const taps = new Set<Tap>();
  const asAppError = (error: unknown): never => {
    throw toAppError(error);
  };
  return {
    name: settings.name,
    system: 'kafka',
    inProcess: false,
    exceptions: [],
    describe: () => describeCluster(link, groups, { broker: settings.name, ownGroup }, now).catch(asAppError),
    openTap: async (options) => {
      const tap = await openKafkaTap(options, { settings, log, now });
      taps.add(tap);
      tap.onState(({ status }) => status === 'closed' && taps.delete(tap));
      return tap;
    },
    sample: (request) => sampler.sample(request).catch(asAppError),
    publish: (message) => publisher.publish(message).catch(asAppError),
    takeLetter: async () => ({ taken: false, why: 'nothing-can-be-taken', detail: 'a record stays in its topic until retention takes it' }),
    close: async () => {
      await Promise.all([...[...taps].map((tap) => tap.close()), link.close(), publisher.close()]);
    },
  };
}
