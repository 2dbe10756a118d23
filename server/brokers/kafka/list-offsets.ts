import type { KafkaLink } from './kafka-link';

export interface PartitionPlace {
  readonly topic: string;
  readonly partition: number;
  readonly leader: number;
}

export type OffsetAt = 'log-start' | 'high-watermark' | 'last-stable';

/** `topic → partition → offset`; a partition whose leader could not say is absent. */
export type OffsetTable = Map<string, Map<number, number>>;

const LATEST = -1;
const EARLIEST = -2;

interface Answer {
  readonly responses: readonly {
    topic: string;
    partitions: readonly { partition: number; errorCode: number; offset?: string; offsets?: readonly string[] }[];
  }[];
}

/**
 * One request per leader, whatever the number of partitions. A leader that fails leaves its partitions out and is told through `onFailure`;
 * the others are answered. kafkajs' own `fetchTopicOffsets` gives only the last stable offset, and one topic at a time.
 */
export async function listOffsets(
  link: KafkaLink,
  places: readonly PartitionPlace[],
  at: OffsetAt,
  onFailure: (error: unknown) => void = () => undefined,
): Promise<OffsetTable> {
  const table: OffsetTable = new Map();
  await Promise.all(
    [...groupBy(places, (place) => place.leader)].map(async ([leader, ofLeader]) => {
      if (leader < 0) return;
      try {
        const answer = await link.ask<Answer>(leader, 'ListOffsets', {
          replicaId: -1,
          isolationLevel: at === 'last-stable' ? 1 : 0,
          topics: [...groupBy(ofLeader, (place) => place.topic)].map(([topic, ofTopic]) => ({
            topic,
            partitions: ofTopic.map(({ partition }) => ({
              partition,
              timestamp: at === 'log-start' ? EARLIEST : LATEST,
              maxNumOffsets: 1,
            })),
          })),
        });
        for (const { topic, partitions } of answer.responses) {
          for (const { partition, errorCode, offset, offsets } of partitions) {
            const value = Number(offset ?? offsets?.[0] ?? -1);
            if (errorCode === 0 && value >= 0) offsetsOf(table, topic).set(partition, value);
          }
        }
      } catch (error) {
        onFailure(error);
      }
    }),
  );
  return table;
}

export function offsetsOf(table: OffsetTable, topic: string): Map<number, number> {
  const known = table.get(topic);
  if (known !== undefined) return known;
  const made = new Map<number, number>();
  table.set(topic, made);
  return made;
}

export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
