import { deadLetterQueue, deadLetterTopic, REPORTING_DLQ } from '../kernel/channels';
import { QUEUES } from '../kernel/queues';
import type { Counts } from '../traffic/expected';
import { readDatabases } from './databases';
import type { Run } from './scenario';

/** The numbers of the run under the asked keys: from its notes, its services' databases, and the brokers' dead-letter places. */
export async function countsOf(run: Run, keys: readonly string[]): Promise<Counts> {
  const noted = Object.fromEntries(keys.map((key) => [key, run.tally.get(key)]));
  const ledger = { 'ledger.rows': run.tally.get('channel.payment-ledger') };
  return { ...noted, ...ledger, ...readDatabases(run.world), ...(await deadLetters(run)) };
}

/** Who reads a topic and buries what it can't read: `<topic>-<group>-dlt`. */
const READERS = [
  ['order-events', ['inventory-service', 'payment-service', 'saga-orchestrator', 'reporting-summary', 'reporting-legacy']],
  ['inventory-events', ['payment-service', 'order-service']],
  ['shipment-events', ['order-service']],
  ['payment-ledger', ['reporting-ledger']],
  ['order-log', ['proj-orders', 'proj-customers', 'proj-sales']],
  ['order-summary', ['query-summary']],
] as const;

/** Nobody reads as this group, so that all of a topic is still before it. */
const NOBODY = 'shop-counts';

/** `dead` in all, `dead.<queue>` and `dead.<topic>-<group>` where there are any. */
export async function deadLetters({ world, before }: Pick<Run, 'world' | 'before'>): Promise<Counts> {
  const { rabbitmq, kafka } = world.transports;
  const ofQueues = Object.keys(QUEUES).map(async (queue) => [queue, (await rabbitmq.depth(deadLetterQueue(queue)))?.ready ?? 0] as const);
  const buried = READERS.flatMap(([topic, groups]) => groups.map((group) => [`${topic}-${group}`, deadLetterTopic(topic, group)] as const));
  const ofTopics = [...buried, [REPORTING_DLQ, REPORTING_DLQ] as const].map(
    async ([name, topic]) => [name, await kafka.lag(NOBODY, topic).catch(() => 0)] as const,
  );
  const found = (await Promise.all([...ofQueues, ...ofTopics]))
    // Fewer than before: older ones were sent again, too.
    .map(([name, letters]) => [name, letters - (before[`dead.${name}`] ?? 0)] as const)
    .filter(([, letters]) => letters > 0);
  return {
    dead: found.reduce((sum, [, letters]) => sum + letters, 0),
    ...Object.fromEntries(found.map(([name, letters]) => [`dead.${name}`, letters])),
  };
}
