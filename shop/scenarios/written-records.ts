import { setTimeout as sleep } from 'node:timers/promises';
import type { LogTransport } from '../transport/port';
import type { Run } from './scenario';

const QUIET_MS = 1_500;

/** How many records a topic shows to a reader of committed ones and to a reader of all: read from the beginning until nothing more comes. */
export async function writtenRecords(
  { transports: { kafka } }: Pick<Run['world'], 'transports'>,
  topic: string,
): Promise<{ readonly committed: number; readonly uncommitted: number }> {
  const [committed, uncommitted] = await Promise.all([count(kafka, topic, 'read_committed'), count(kafka, topic, 'read_uncommitted')]);
  return { committed, uncommitted };
}

async function count(kafka: LogTransport, topic: string, isolation: 'read_committed' | 'read_uncommitted'): Promise<number> {
  const places = new Set<string>();
  let last = Date.now() + 5_000;
  const reader = await kafka.join(
    { group: `count-${isolation}-${process.pid}-${Date.now()}`, topics: [topic], start: 'earliest', isolation, recordsPerPoll: 500 },
    async ({ records }) => {
      for (const { partition, offset } of records) places.add(`${partition} ${offset}`);
      last = Date.now();
    },
  );
  while (Date.now() - last < QUIET_MS) await sleep(100);
  await reader.stop();
  return places.size;
}
