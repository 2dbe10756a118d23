import { setTimeout as sleep } from 'node:timers/promises';
import { openKafka } from './kafka/mended-client';
import { KafkaLink } from './kafka/link';
import { Membership } from './kafka/membership';
import { Producers } from './kafka/producing';
import { connectionName, type Identity, type LogTransport, type TopicDeclaration } from './port';

export interface KafkaOptions {
  /** Before the name of every topic, group and transaction: a test or a second shop on the same brokers. */
  readonly prefix?: string;
}

/** So long a broker may take to show the topics that it has made. */
const TOPICS_MS = 60_000;

/** Kafka: producers as they are needed, a consumer a membership, and an admin client that also tells whether the broker is there. */
export async function connectKafka(brokers: readonly string[], who: Identity, { prefix = '' }: KafkaOptions = {}): Promise<LogTransport> {
  const { kafka, destroy } = openKafka(connectionName(who), brokers);
  const names = { to: (name: string): string => `${prefix}${name}`, from: (name: string): string => name.slice(prefix.length) };
  const admin = kafka.admin();
  const producers = new Producers(kafka, names.to);
  const members = new Set<Membership>();
  await admin.connect();
  const link = new KafkaLink(admin);

  /** Whoever fails finds out whether the broker is there before the caller asks. */
  async function looking<T>(work: () => Promise<T>): Promise<T> {
    if (link.state() === 'disconnected') throw new Error('not connected');
    try {
      return await work();
    } catch (error) {
      await link.look();
      throw error;
    }
  }

  async function declareTopics(topics: readonly TopicDeclaration[]): Promise<void> {
    const known = new Set(await admin.listTopics());
    const missing = topics.filter(({ name }) => !known.has(names.to(name)));
    if (missing.length === 0) return;
    await admin.createTopics({
      waitForLeaders: false,
      topics: missing.map(({ name, partitions, config = {} }) => ({
        topic: names.to(name),
        numPartitions: partitions,
        replicationFactor: 1,
        configEntries: Object.entries(config).map(([entry, value]) => ({ name: entry, value })),
      })),
    });
    // The client's own wait gives up when the broker does not know the new topic yet.
    for (const end = Date.now() + TOPICS_MS; ; await sleep(100)) {
      const made = new Set(await admin.listTopics().catch((): string[] => []));
      if (missing.every(({ name }) => made.has(names.to(name)))) return;
      if (Date.now() > end)
        throw new Error(`topics were made, but the broker does not show them: ${missing.map(({ name }) => name).join(', ')}`);
    }
  }

  const there = new Set<string>();
  /** A client that was once asked for a topic that is not there gets no answer about any other from then on. */
  async function isThere(name: string): Promise<boolean> {
    if (!there.has(name)) for (const known of await admin.listTopics()) there.add(known);
    return there.has(name);
  }

  return {
    kind: 'kafka',
    state: () => link.state(),
    onState: (listener) => link.onState(listener),
    declareTopics,
    produce: (records, options) => looking(() => producers.send(records, options)),
    transaction: (id, work) => looking(() => producers.transaction(id, work)),
    async join(options, onBatch) {
      const member = await Membership.join(kafka, options, names, onBatch);
      members.add(member);
      return member;
    },
    async lag(group, topic) {
      if (!(await isThere(names.to(topic)))) return 0;
      const [committed, ends] = await Promise.all([
        admin.fetchOffsets({ groupId: names.to(group), topics: [names.to(topic)] }),
        admin.fetchTopicOffsets(names.to(topic)),
      ]);
      const at = new Map(committed.flatMap((one) => one.partitions.map(({ partition, offset }) => [partition, Number(offset)])));
      return ends.reduce((sum, { partition, high, low }) => sum + Number(high) - Math.max(Number(low), at.get(partition) ?? -1), 0);
    },
    async rewind(group, topic) {
      await admin.resetOffsets({ groupId: names.to(group), topic: names.to(topic), earliest: true });
    },
    async close() {
      link.end();
      await Promise.all([...members].map((member) => member.stop()));
      await Promise.all([producers.close(), admin.disconnect().catch(() => {})]);
      destroy();
    },
    crash() {
      link.end();
      destroy();
      for (const member of members) member.abandon();
      members.clear();
      producers.forget();
    },
  };
}
