import { join } from 'node:path';
import { defaultKafkaVersion, kafkaJars } from '@/scripts/brokers/kafka';

/** Arguments for `java` that run one of Kafka's own command line tools. */
export async function kafkaToolArguments(main: string, args: readonly string[]): Promise<string[]> {
  const libs = await kafkaJars(defaultKafkaVersion, () => undefined);
  return ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', join(libs, '*'), main, ...args];
}
