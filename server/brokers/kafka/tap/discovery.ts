import { isLiteral, matcherOf } from '@/lib/topology/name-pattern';
import type { TapOptions } from '@/server/brokers/broker';
import type { KafkaLink } from '../kafka-link';
import { chooseTopics } from '../topics';
import type { TopicMetadata } from '../wire/metadata';
import { missingRead } from './fetcher';
import type { FoundPartition } from './start-positions';
import type { TapStatus } from './tap-status';

const TOPIC_AUTHORIZATION_FAILED = 29;

/** Looks which partitions there are to read, and notes what should be read and can't be. Makes no topic. */
export async function discover(link: KafkaLink, options: TapOptions, status: TapStatus): Promise<FoundPartition[]> {
  const { topics } = await link.metadata();
  const chosen = chooseTopics(topics, options);
  await noteMissing(link, options, chosen, status);
  const readable = chosen.filter((topic) => topic.errorCode === 0 && topic.mayRead !== false);
  for (const topic of chosen) {
    if (topic.mayRead === false) status.note({ kind: 'permission', subject: topic.name, text: missingRead(topic.name) });
  }
  for (const topic of readable) if (topic.mayRead) status.unnote('permission', topic.name);
  return readable.flatMap((topic) =>
    topic.partitions.map(({ partition, leader }) => ({ topic: topic.name, topicId: topic.id, partition, leader })),
  );
}

/** Topics that are included by their exact name and that the cluster does not show us. */
async function noteMissing(link: KafkaLink, options: TapOptions, chosen: readonly TopicMetadata[], status: TapStatus): Promise<void> {
  const excluded = matcherOf(options.exclude);
  const exact = options.include.filter((name) => isLiteral(name) && !excluded(name));
  const absent = exact.filter((name) => !chosen.some((topic) => topic.name === name));
  for (const name of exact) if (!absent.includes(name)) status.unnote('not-readable', name);
  if (absent.length === 0) return;
  const { topics } = await link.metadata(absent);
  for (const { name, errorCode } of topics) {
    if (errorCode === TOPIC_AUTHORIZATION_FAILED) {
      status.note({
        kind: 'permission',
        subject: name,
        text: `Our user may not see ${name}: give it READ and DESCRIBE on this topic. The other topics are read.`,
      });
    } else if (errorCode !== 0) {
      status.note({
        kind: 'not-readable',
        subject: name,
        text: `There is no topic ${name} yet. It is read as soon as somebody makes it; we never do.`,
      });
    }
  }
}
