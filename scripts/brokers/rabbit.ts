import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Say, cacheFolder, canInstall, install, isRoot, works } from './install';
import { endProgram, freePorts, killProgram, portAnswers, runs, startProgram, untilReady } from './processes';

/** `system`: the package of this machine (3.10 on Debian 12). `4`: RabbitMQ 4 of Debian 13 in a folder entered by chroot (root only). */
export type RabbitVersion = 'system' | '4';

/** What must be remembered of a running RabbitMQ to find, stop or restart it from another process. */
export interface RabbitState {
  readonly version: RabbitVersion;
  readonly dir: string;
  readonly ports: {
    readonly amqp: number;
    readonly api: number;
    readonly prometheus: number;
    readonly stream: number;
    readonly dist: number;
    readonly epmd: number;
  };
  readonly pid: number;
  readonly epmdPid: number;
}

export interface RunningRabbit {
  readonly amqpUrl: string;
  /** Management API with its credentials. */
  readonly apiUrl: string;
  readonly prometheusUrl: string;
  readonly version: RabbitVersion;
  state(): RabbitState;
  isRunning(): boolean;
  /** Ends it properly. Its data stay until `remove`. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash. */
  kill9(): Promise<void>;
  /** Starts it again on the same ports and the same data. */
  restart(): Promise<void>;
  /** `rabbitmqctl` for this node, where it is the machine's own package; gives what it prints. */
  control(...args: readonly string[]): string;
  /** Stops it and deletes its folder. */
  remove(): Promise<void>;
}

export interface RabbitOptions {
  readonly dir?: string;
  readonly version?: RabbitVersion;
  /** Goes on when this process ends. */
  readonly outlive?: boolean;
  /** Lines of `rabbitmq.conf` that come last. */
  readonly configuration?: readonly string[];
  readonly say?: Say;
}

const plugins = [
  'rabbitmq_management',
  'rabbitmq_prometheus',
  'rabbitmq_stream',
  'rabbitmq_consistent_hash_exchange',
  'rabbitmq_event_exchange',
];

/** One real RabbitMQ node on free loopback ports, with its own name, cookie, port mapper (epmd) and data. */
export async function startRabbit(options: RabbitOptions = {}): Promise<RunningRabbit> {
  const version = options.version ?? 'system';
  prepare(version, options.say ?? (() => undefined));
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'eventyard-rabbit-'));
  for (const folder of ['home', 'data', 'log', 'etc']) mkdirSync(join(dir, folder), { recursive: true });
  const [amqp = 0, api = 0, prometheus = 0, stream = 0, dist = 0, epmd = 0] = await freePorts(6);
  writeFileSync(join(dir, 'etc/enabled_plugins'), `[${plugins.join(',')}].\n`);
  writeFileSync(
    join(dir, 'etc/rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${amqp}`,
      `stream.listeners.tcp.1 = 127.0.0.1:${stream}`,
      'management.tcp.ip = 127.0.0.1',
      `management.tcp.port = ${api}`,
      'prometheus.tcp.ip = 127.0.0.1',
      `prometheus.tcp.port = ${prometheus}`,
      // Counters every second instead of five, so that tests wait less.
      'collect_statistics_interval = 1000',
      'disk_free_limit.absolute = 200MB',
      ...(options.configuration ?? []),
      '',
    ].join('\n'),
  );
  const running = rabbitOfState(
    { version, dir, ports: { amqp, api, prometheus, stream, dist, epmd }, pid: 0, epmdPid: 0 },
    options.outlive ?? false,
  );
  await running.restart();
  return running;
}

/** The handle of a RabbitMQ that another process may have started. */
export function rabbitOfState(from: RabbitState, outlive: boolean): RunningRabbit {
  let state = from;
  const { ports } = state;
  // A flag of ours on the command line of the Erlang machine, the port on that of its port mapper.
  const mark = `-eventyard_broker ${ports.amqp}`;
  const epmdMark = `-port ${ports.epmd}`;
  const alive = () => runs(state.pid, mark);
  const endEpmd = () => endProgram(state.epmdPid, epmdMark, 5000);
  const stop = async () => {
    await endProgram(state.pid, mark, 30_000);
    await endEpmd();
  };
  return {
    amqpUrl: `amqp://guest:guest@127.0.0.1:${ports.amqp}`,
    apiUrl: `http://guest:guest@127.0.0.1:${ports.api}`,
    prometheusUrl: `http://127.0.0.1:${ports.prometheus}/metrics`,
    version: state.version,
    state: () => state,
    isRunning: alive,
    stop,
    kill9: () => killProgram(state.pid, mark),
    async restart() {
      if (alive()) await endProgram(state.pid, mark, 30_000);
      if (!runs(state.epmdPid, epmdMark)) {
        // Its own port mapper: the machine's other Erlang programs are not touched, and nothing is left behind.
        const epmdPid = startProgram(erlangProgram('epmd'), ['-port', String(ports.epmd), '-address', '127.0.0.1'], {
          cwd: state.dir,
          logFile: join(state.dir, 'log/epmd.log'),
          outlive,
        });
        state = { ...state, epmdPid };
      }
      const logFile = join(state.dir, 'log/start.log');
      const { command, args, env } = launch(state);
      const pid = startProgram(command, args, { cwd: state.dir, env, logFile, outlive });
      state = { ...state, pid };
      const ready = async () => (await portAnswers('127.0.0.1', ports.amqp)) && (await apiAnswers(ports.api));
      // Until the shell has become the Erlang machine the flag is not on its command line yet.
      await untilReady(`RabbitMQ (${state.version})`, pid, '', logFile, ready);
    },
    control(...args) {
      const { command, env } = launch(state);
      // Beside the start script; the wrapper in the path would change the user.
      const program = join(dirname(command), '../escript/rabbitmqctl');
      const settings = { env: env as NodeJS.ProcessEnv, encoding: 'utf8', timeout: 120_000 } as const;
      return execFileSync(erlangProgram('escript'), [program, '--node', nodeName(state), ...args], settings);
    },
    async remove() {
      await stop();
      rmSync(state.dir, { recursive: true, force: true });
    },
  };
}

const nodeName = ({ ports }: RabbitState): string => `eventyard-${ports.amqp}@localhost`;

async function apiAnswers(port: number): Promise<boolean> {
  try {
    const headers = { authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}` };
    const answer = await fetch(`http://127.0.0.1:${port}/api/overview`, { headers, signal: AbortSignal.timeout(5000) });
    return answer.ok;
  } catch {
    return false;
  }
}

function launch(state: RabbitState): { command: string; args: string[]; env: Record<string, string> } {
  const inside = state.version === 'system' ? state.dir : '/mnt';
  const settings: Record<string, string> = {
    HOME: join(inside, 'home'),
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(state.ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: nodeName(state),
    RABBITMQ_DIST_PORT: String(state.ports.dist),
    RABBITMQ_MNESIA_BASE: join(inside, 'data'),
    RABBITMQ_LOG_BASE: join(inside, 'log'),
    RABBITMQ_CONFIG_FILE: join(inside, 'etc/rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(inside, 'etc/enabled_plugins'),
    RABBITMQ_CONF_ENV_FILE: join(inside, 'etc/none'),
    RABBITMQ_PID_FILE: join(inside, 'pid'),
    // The shell becomes the Erlang machine, so that our pid is the broker's.
    RUNNING_UNDER_SYSTEMD: 'true',
    // Two cores are shared with the tests: do not spin while idle.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `+sbwt none +sbwtdcpu none +sbwtdio none +S 2:2 -kernel inet_dist_use_interface {127,0,0,1} -eventyard_broker ${state.ports.amqp}`,
  };
  const PATH = process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin';
  if (state.version === 'system') return { command: serverScript('') ?? '', args: [], env: { PATH, ...settings } };
  // In a mount namespace of its own, so that the mounts end with the program.
  const root = trixieFolder();
  const script = `mount --bind /proc "${root}/proc" && mount --bind "${state.dir}" "${root}/mnt" && exec chroot "${root}" "${serverScript(root) ?? ''}"`;
  return {
    command: 'unshare',
    args: ['--mount', '--propagation', 'private', 'sh', '-c', script],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...settings },
  };
}

/** The start script itself: Debian's wrapper in the path insists on the user `rabbitmq` and on its folders. */
function serverScript(root: string): string | null {
  const base = '/usr/lib/rabbitmq/lib';
  if (!existsSync(root + base)) return null;
  const name = readdirSync(root + base).find((entry) => entry.startsWith('rabbitmq_server-'));
  return name === undefined ? null : `${base}/${name}/sbin/rabbitmq-server`;
}

/** In the path, or in Erlang's own folder. */
function erlangProgram(name: 'epmd' | 'escript'): string {
  const found = [`/usr/bin/${name}`, `/usr/local/bin/${name}`].find((path) => existsSync(path));
  return found ?? name;
}

const trixieFolder = (): string => join(cacheFolder(), 'trixie-rabbitmq');

function prepare(version: RabbitVersion, say: Say): void {
  if (serverScript('') === null) {
    if (!canInstall()) {
      throw new Error(
        'RabbitMQ is not installed. Install it (Debian: apt-get install rabbitmq-server), or set AMQP_URL and RABBITMQ_API_URL to a running broker with the management plugin.',
      );
    }
    install(['rabbitmq-server'], say);
  }
  if (version !== '4' || serverScript(trixieFolder()) !== null) return;
  if (!isRoot()) throw new Error('--rabbitmq 4 needs root (debootstrap and chroot); or set AMQP_URL and RABBITMQ_API_URL to a RabbitMQ 4.');
  if (!works('debootstrap', ['--version'])) {
    if (!canInstall()) throw new Error('--rabbitmq 4 needs debootstrap (apt-get install debootstrap).');
    install(['debootstrap'], say);
  }
  const folder = trixieFolder();
  say(`making a Debian 13 folder with RabbitMQ 4 in ${folder} (about a minute)`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('debootstrap', ['--variant=minbase', '--include=rabbitmq-server', 'trixie', folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
