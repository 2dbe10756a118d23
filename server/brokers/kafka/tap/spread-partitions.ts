/**
 * Shares partitions among the members that want their topic, evenly and the same for the same input: each goes to the wanting member with the
 * fewest so far, the first by id among equals. `wants`: member → topics; `partitions`: topic → partition numbers.
 */
export function spreadPartitions(
  wants: ReadonlyMap<string, readonly string[]>,
  partitions: ReadonlyMap<string, readonly number[]>,
): Map<string, Record<string, number[]>> {
  const members = [...wants.keys()].sort();
  const shares = new Map<string, Record<string, number[]>>(members.map((member) => [member, {}]));
  const load = new Map(members.map((member) => [member, 0]));
  for (const topic of [...partitions.keys()].sort()) {
    const wanting = members.filter((member) => wants.get(member)?.includes(topic));
    if (wanting.length === 0) continue;
    for (const partition of [...(partitions.get(topic) ?? [])].sort((a, b) => a - b)) {
      const member = wanting.reduce((least, one) => ((load.get(one) ?? 0) < (load.get(least) ?? 0) ? one : least));
      load.set(member, (load.get(member) ?? 0) + 1);
      const share = shares.get(member) ?? {};
      (share[topic] ??= []).push(partition);
    }
  }
  return shares;
}
