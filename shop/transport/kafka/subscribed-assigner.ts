import kafkajs, { type GroupMember, type PartitionAssigner } from 'kafkajs';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

/**
 * Deals each topic's partitions out in turn among the members that subscribe to it. The library's own assigner deals the leader's topics to every member,
 * so a group whose members read different topics (`order-service` reads two by two consumers) would leave partitions without a reader.
 */
export const subscribedAssigner: PartitionAssigner = ({ cluster }) => ({
  name: 'SubscribedRoundRobin',
  version: 0,

  async assign({ members }) {
    const subscribers = subscribersByTopic(members);
    // The leader knows the partitions of its own topics only.
    await cluster.addMultipleTargetTopics([...subscribers.keys()]);
    const shares = new Map<string, Record<string, number[]>>(members.map(({ memberId }) => [memberId, {}]));
    for (const [topic, readers] of subscribers) {
      const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
      for (const [i, partition] of partitions.toSorted((a, b) => a - b).entries()) {
        const share = shares.get(readers[i % readers.length] ?? '');
        if (share !== undefined) (share[topic] ??= []).push(partition);
      }
    }
    return [...shares].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) }),
    }));
  },

  protocol: ({ topics }) => ({
    name: 'SubscribedRoundRobin',
    metadata: MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
  }),
});

/** Both in order, so that every leader deals the same. */
function subscribersByTopic(members: readonly GroupMember[]): ReadonlyMap<string, readonly string[]> {
  const subscribers = new Map<string, string[]>();
  for (const { memberId, memberMetadata } of members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1)))
    for (const topic of MemberMetadata.decode(memberMetadata)?.topics ?? [])
      subscribers.set(topic, [...(subscribers.get(topic) ?? []), memberId]);
  return new Map([...subscribers].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
