import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Say, cacheFolder, canInstall, install, works } from './install';
import { endProgram, freePorts, killProgram, portAnswers, runs, startProgram, untilReady } from './processes';

export const defaultKafkaVersion = '4.1.0';

/** What must be remembered of a running Kafka to find, stop or restart it from another process. */
export interface KafkaState {
  readonly version: string;
  readonly dir: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly pid: number;
}

export interface RunningKafka {
  /** `host:port`, as KAFKA_BROKERS. */
  readonly brokers: string;
  readonly port: number;
  readonly version: string;
  state(): KafkaState;
  isRunning(): boolean;
  /** Ends it properly. Its data stay until `remove`. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash. */
  kill9(): Promise<void>;
  /** Starts it again on the same port and the same data. */
  restart(): Promise<void>;
  /** Stops it and deletes its folder. */
  remove(): Promise<void>;
}

export interface KafkaOptions {
  /** Folder of the data, configuration and log; a new one under the system's temporary folder when not given. */
  readonly dir?: string;
  readonly version?: string;
  /** Goes on when this process ends. */
  readonly outlive?: boolean;
  /** Lines of `server.properties` that come last; a function where they must name the ports. */
  readonly properties?:
    | Readonly<Record<string, string>>
    | ((ports: { readonly port: number; readonly controllerPort: number }) => Readonly<Record<string, string>>);
  readonly say?: Say;
}

/** One real Kafka node (KRaft: broker and controller in one process) on free loopback ports. */
export async function startKafka(options: KafkaOptions = {}): Promise<RunningKafka> {
  const version = options.version ?? defaultKafkaVersion;
  const libs = await kafkaJars(version, options.say ?? (() => undefined));
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'eventyard-kafka-'));
  mkdirSync(dir, { recursive: true });
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const more = typeof options.properties === 'function' ? options.properties({ port, controllerPort }) : (options.properties ?? {});
  writeFileSync(join(dir, 'server.properties'), serverProperties(dir, port, controllerPort, version, more));
  const storage = ['-XX:TieredStopAtLevel=1', '-cp', join(libs, '*'), 'kafka.tools.StorageTool'];
  // A cluster id is 16 bytes in base64url; making it here saves a start of Java. The zero byte keeps it from beginning with a dash.
  const id = Buffer.concat([Buffer.alloc(1), randomBytes(15)]).toString('base64url');
  // A preview in 4.1, on by itself later.
  const preview = version.startsWith('4.1.') ? ['--feature', 'share.version=1'] : [];
  execFileSync('java', [...storage, 'format', '-t', id, '-c', join(dir, 'server.properties'), ...preview], { stdio: 'ignore' });
  const running = kafkaOfState({ version, dir, port, controllerPort, pid: 0 }, options.outlive ?? false);
  await running.restart();
  return running;
}

/** The handle of a Kafka that another process may have started. */
export function kafkaOfState(from: KafkaState, outlive: boolean): RunningKafka {
  let state = from;
  const mark = join(state.dir, 'server.properties');
  const alive = () => runs(state.pid, mark);
  return {
    brokers: `127.0.0.1:${state.port}`,
    port: state.port,
    version: state.version,
    state: () => state,
    isRunning: alive,
    stop: () => endProgram(state.pid, mark, 20_000),
    kill9: () => killProgram(state.pid, mark),
    async restart() {
      if (alive()) await endProgram(state.pid, mark, 20_000);
      const logFile = join(state.dir, 'kafka.log');
      const libs = await kafkaJars(state.version, () => undefined);
      const args = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-cp', join(libs, '*'), 'kafka.Kafka', mark];
      const pid = startProgram('java', args, { cwd: state.dir, logFile, outlive });
      state = { ...state, pid };
      // The port opens a little before the node serves requests; its own word is the better sign.
      const ready = async () =>
        readFileSync(logFile, 'utf8').includes('Kafka Server started') && (await portAnswers('127.0.0.1', state.port));
      await untilReady(`Kafka ${state.version}`, pid, mark, logFile, ready);
    },
    async remove() {
      await endProgram(state.pid, mark, 20_000);
      rmSync(state.dir, { recursive: true, force: true });
    },
  };
}

function serverProperties(
  dir: string,
  port: number,
  controllerPort: number,
  version: string,
  more: Readonly<Record<string, string>>,
): string {
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'log.dirs': join(dir, 'data'),
    // One node: nothing can be replicated, and a start-up second is saved with one offsets partition.
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    // Test topics are many and small.
    'log.cleaner.dedupe.buffer.size': '16777216',
    'log.segment.bytes': '67108864',
    ...(version.startsWith('4.1.') ? { 'group.coordinator.rebalance.protocols': 'classic,consumer,share' } : {}),
    ...more,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** The folder with Kafka's jars: KAFKA_LIBS, or downloaded once with Maven. Installs Java and Maven when it may. */
export async function kafkaJars(version: string, say: Say): Promise<string> {
  const given = process.env['KAFKA_LIBS'];
  const libs = given ?? join(cacheFolder(), `kafka-${version}`);
  const present = existsSync(libs) && readdirSync(libs).some((name) => name.startsWith('kafka_2.13-'));
  if (given !== undefined && !present)
    throw new Error(`KAFKA_LIBS=${given} holds no kafka_2.13-*.jar: point it at the libs folder of a Kafka 4 download`);
  const lacking = [
    ...(works('java', ['-version']) ? [] : ['openjdk-17-jre-headless']),
    ...(present || works('mvn', ['-v']) ? [] : ['maven']),
  ];
  if (lacking.length > 0) {
    if (!canInstall()) {
      throw new Error(
        `Kafka needs ${lacking.includes('maven') ? 'Java 17 and Maven' : 'Java 17'}. Install them (Debian: apt-get install ${lacking.join(' ')}), ` +
          'or set KAFKA_LIBS to the libs folder of a Kafka 4 download, or set KAFKA_BROKERS to a running broker.',
      );
    }
    install(lacking, say);
  }
  if (!present) downloadJars(version, libs, say);
  return libs;
}

function downloadJars(version: string, libs: string, say: Say): void {
  say(`downloading Kafka ${version} with Maven into ${libs}`);
  mkdirSync(dirname(libs), { recursive: true });
  const work = mkdtempSync(`${libs}-`);
  const dependency = (group: string, name: string, of: string) =>
    `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${of}</version></dependency>`;
  writeFileSync(
    join(work, 'pom.xml'),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>eventyard</groupId><artifactId>kafka-for-tests</artifactId><version>1</version><packaging>pom</packaging><dependencies>
${dependency('org.apache.kafka', 'kafka_2.13', version)}${dependency('org.apache.kafka', 'kafka-tools', version)}${dependency('org.slf4j', 'slf4j-simple', '1.7.36')}
</dependencies></project>`,
  );
  const args = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(work, 'libs')}`, '-DincludeScope=runtime'];
  try {
    execFileSync('mvn', args, { cwd: work, stdio: ['ignore', 'inherit', 'inherit'] });
    // Another start may have been quicker: its folder is as good.
    if (!existsSync(libs)) renameSync(join(work, 'libs'), libs);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
