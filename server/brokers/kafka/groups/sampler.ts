import { groupOfInbox, inboxOfGroup } from '@/lib/events/names';
import type { BrokerSamples, GroupSample, PartitionSample, SampleRequest } from '@/server/brokers/broker';
import type { KafkaLink } from '../kafka-link';
import { listOffsets, type OffsetTable, type PartitionPlace } from '../list-offsets';
import { internalReasonOf } from '../topics';
import type { TopicMetadata } from '../wire/metadata';
import { membersOn, topicsOf, type GroupSurvey, type ListedGroup, type Missing, type SurveyedGroup } from './group-survey';

/** While some groups are watched, all the others are measured this often. */
const ALL_EVERY_MS = 5_000;

interface Ends {
  readonly logStart: OffsetTable;
  readonly highWatermark: OffsetTable;
  readonly lastStable: OffsetTable;
}

/**
 * Measures groups: committed offsets first, the ends of the logs after them, so that lag is never negative by our own doing. With `watched`,
 * a call asks only for those (one request per coordinator and group, three per leader) and every few seconds for all.
 */
export class Sampler {
  private topics: readonly TopicMetadata[] = [];
  private listed: readonly ListedGroup[] = [];
  private allAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly link: KafkaLink,
    private readonly groups: GroupSurvey,
    private readonly ownGroup: string | null,
    private readonly now: () => number,
  ) {}

  async sample({ watched }: SampleRequest): Promise<BrokerSamples> {
    const all = watched.size === 0 || this.now() - this.allAt >= ALL_EVERY_MS || this.anyUnknown(watched);
    const missing: Missing[] = [];
    if (all) {
      this.topics = (await this.link.metadata()).topics;
      this.listed = await this.groups.list(missing);
      this.allAt = this.now();
    }
    const watchedGroups = new Set([...watched].map((inbox) => groupOfInbox(inbox).group));
    const listed = this.listed.filter((one) => one.group !== this.ownGroup && (all || watchedGroups.has(one.group)));
    const surveyed = await this.groups.survey(listed, missing);
    const reasonOf = internalReasonOf(this.topics);
    const visible = new Map(this.topics.filter((topic) => reasonOf(topic) === null).map((topic) => [topic.name, topic]));
    const pairs = surveyed.flatMap((group) =>
      [...topicsOf(group)].flatMap((name) => {
        const topic = visible.get(name);
        return topic !== undefined && (all || watched.has(inboxOfGroup(name, group.group))) ? [{ group, topic }] : [];
      }),
    );
    const measured = all ? [...visible.values()] : [...new Set(pairs.map((pair) => pair.topic))];
    const ends = await this.ends(measured.flatMap(placesOf), new Set(pairs.map((pair) => pair.topic.name)));
    return {
      at: Math.round(this.now() * 1000),
      groups: pairs.map(({ group, topic }) => groupSample(group, topic, ends)),
      queues: [],
      channels: measured.map((topic) => ({ channel: topic.name, publishedTotal: null, endOffset: sumOf(topic, ends.highWatermark) })),
    };
  }

  /** A watched group that we have not seen yet makes us look at all once a second at most. */
  private anyUnknown(watched: ReadonlySet<string>): boolean {
    if (this.now() - this.allAt < 1_000) return false;
    return [...watched].some((inbox) => !this.listed.some((one) => one.group === groupOfInbox(inbox).group));
  }

  /** Of topics that no group reads only the end is asked for. */
  private async ends(places: readonly PartitionPlace[], withGroup: ReadonlySet<string>): Promise<Ends> {
    const read = places.filter((place) => withGroup.has(place.topic));
    let failure: unknown = null;
    const failed = (error: unknown): void => {
      failure = error;
    };
    const [highWatermark, lastStable, logStart] = await Promise.all([
      listOffsets(this.link, places, 'high-watermark', failed),
      listOffsets(this.link, read, 'last-stable', failed),
      listOffsets(this.link, read, 'log-start', failed),
    ]);
    if (failure !== null && highWatermark.size === 0 && places.length > 0) throw failure;
    return { highWatermark, lastStable, logStart };
  }
}

const placesOf = (topic: TopicMetadata): PartitionPlace[] =>
  topic.partitions.map(({ partition, leader }) => ({ topic: topic.name, partition, leader }));

function groupSample(group: SurveyedGroup, topic: TopicMetadata, ends: Ends): GroupSample {
  const at = (table: OffsetTable | null, partition: number): number | null => table?.get(topic.name)?.get(partition) ?? null;
  return {
    inbox: inboxOfGroup(topic.name, group.group),
    topic: topic.name,
    group: group.group,
    state: group.state,
    protocol: group.protocol,
    members: group.members === null ? null : membersOn(group, topic.name).length,
    partitions: topic.partitions
      .map(({ partition }): PartitionSample => ({
        partition,
        committed: at(group.committed, partition),
        logStart: at(ends.logStart, partition),
        highWatermark: at(ends.highWatermark, partition),
        lastStable: at(ends.lastStable, partition),
      }))
      .sort((a, b) => a.partition - b.partition),
  };
}

/** Sum of the partitions' ends; null unless every one is known. */
function sumOf(topic: TopicMetadata, table: OffsetTable): number | null {
  const ofTopic = table.get(topic.name);
  let sum = 0;
  for (const { partition } of topic.partitions) {
    const end = ofTopic?.get(partition);
    if (end === undefined) return null;
    sum += end;
  }
  return sum;
}
