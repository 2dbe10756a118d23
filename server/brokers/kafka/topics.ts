import { isLiteral, matcherOf } from '@/lib/topology/name-pattern';

const OWN_OF_KAFKA = /^(__|_schemas$|_confluent)/;
const OWN_OF_CONNECT = /^(.*?)[-_.](config|offset|statu)s?(?:es)?$/;

export interface NamedTopic {
  readonly name: string;
  readonly internal: boolean;
}

/**
 * Why a topic is not read by default, or null. Kafka's own (`__…`, the schema registry's) and the three of a Connect worker: its config topic
 * holds a session key in clear text. A worker's topics are known by their endings when at least two of the three are there under one prefix, or
 * when the name says connect; `order-status` alone is an ordinary topic.
 */
export function internalReasonOf(topics: readonly NamedTopic[]): (topic: NamedTopic) => string | null {
  const ofPrefix = new Map<string, number>();
  for (const { name } of topics) {
    const prefix = OWN_OF_CONNECT.exec(name)?.[1];
    if (prefix !== undefined) ofPrefix.set(prefix, (ofPrefix.get(prefix) ?? 0) + 1);
  }
  return ({ name, internal }) => {
    if (internal || OWN_OF_KAFKA.test(name)) return 'internal topic of Kafka: not read unless it is included by its exact name';
    const prefix = OWN_OF_CONNECT.exec(name)?.[1];
    if (prefix !== undefined && ((ofPrefix.get(prefix) ?? 0) >= 2 || /connect/i.test(name))) {
      return 'internal topic of Kafka Connect (its configuration holds secrets): not read unless it is included by its exact name';
    }
    return null;
  };
}

export interface TopicChoice {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** The topics a tap reads: included and not excluded; internal ones only by their exact name. */
export function chooseTopics<T extends NamedTopic>(topics: readonly T[], choice: TopicChoice): T[] {
  const reasonOf = internalReasonOf(topics);
  const included = matcherOf(choice.include);
  const excluded = matcherOf(choice.exclude);
  const exact = new Set(choice.include.filter(isLiteral));
  return topics.filter((topic) => included(topic.name) && !excluded(topic.name) && (exact.has(topic.name) || reasonOf(topic) === null));
}
