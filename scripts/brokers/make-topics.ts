import { setTimeout as wait } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs';

/** Makes topics and waits until the broker answers for them. kafkajs' own wait gives up when the broker does not know the new topic yet. */
export async function makeTopics(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics, waitForLeaders: false });
  for (const end = Date.now() + 60_000; ; await wait(50)) {
    const known = await admin.listTopics().catch((): string[] => []);
    if (topics.every(({ topic }) => known.includes(topic))) return;
    if (Date.now() > end) throw new Error(`made, but not there after 60 s: ${topics.map(({ topic }) => topic).join(', ')}`);
  }
}
