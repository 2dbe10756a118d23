import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { SERVICE_NAMES, type ServiceName } from './kernel/http-server/address-book';
import { isScenario, type Scenario, SCENARIO_NAMES } from './traffic/scenario-names';

export type { ServiceName };

/** `payment` and `payment-service` are the same service. */
const serviceName = (word: string): ServiceName | undefined => SERVICE_NAMES.find((name) => name === word || name === `${word}-service`);

const count = z.coerce.number().int().positive();
const Settings = z.strictObject({
  broker: z.enum(['in-process', 'kafka+rabbitmq']).default('in-process'),
  scenario: z
    .string()
    .refine(isScenario, { error: `is none of ${SCENARIO_NAMES.join(', ')}` })
    .default('happy-path'),
  /** Without it, as many as the scenario asks for. */
  orders: count.optional(),
  /** Orders per second. */
  rate: z.coerce.number().positive().default(50),
  seed: z.coerce.number().int().nonnegative().default(1),
  services: z
    .string()
    .transform((text, { addIssue }) => {
      const names = text.split(',').map((word) => serviceName(word.trim()));
      if (names.includes(undefined)) addIssue({ code: 'custom', message: `names a service that is none of ${SERVICE_NAMES.join(', ')}` });
      return names.filter((name) => name !== undefined);
    })
    .optional(),
  instances: z
    .union([z.string(), z.record(z.string(), count)])
    .transform((given, { addIssue }) => {
      const pairs = typeof given === 'string' ? given.split(',').map((pair) => pair.split('=')) : Object.entries(given);
      const read = pairs.map(([word = '', number]) => [serviceName(word.trim()), count.safeParse(number).data] as const);
      if (read.some(([name, number]) => name === undefined || number === undefined))
        addIssue({ code: 'custom', message: 'is not of the shape service=2' });
      return Object.fromEntries(read) as Partial<Record<ServiceName, number>>;
    })
    .default({}),
  /** On real brokers: one process for all, or one for each instance, which a kill -9 can end. */
  processes: z.enum(['one', 'each']).default('each'),
  /** Every wait of the shop is divided by it. */
  timeFactor: z.coerce.number().positive().default(1),
  trace: z.enum(['full', 'ids', 'none']).default('full'),
  dialect: z.enum(['strict', 'loose']).default('strict'),
  /** Where the services keep their databases; without it, in a folder that goes away with the process. */
  data: z.string().optional(),
  /** Whether `POST /faults` is answered, on the loopback address. */
  faults: z.stringbool().or(z.boolean()).default(false),
  /** An OpenTelemetry collector that is told of each message and of the metrics, over HTTP as JSON: `http://127.0.0.1:4318`. */
  otlp: z.url({ protocol: /^https?$/, error: 'is no http or https address' }).optional(),
  logLevel: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('error'),
  /**
   * The services' addresses follow from the base port; 0 takes free ones, which works in one process only. `ports` names those of some
   * services' first instances.
   */
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      basePort: z.coerce.number().int().min(0).max(65_000).default(7_300),
      ports: z.partialRecord(z.enum(SERVICE_NAMES), z.coerce.number().int().min(0).max(65_535)).default({}),
    })
    .prefault({}),
  kafka: z
    .strictObject({
      brokers: z
        .union([z.array(z.string()), z.string().transform((text) => text.split(',').map((one) => one.trim()))])
        .pipe(z.array(z.string().regex(/^[^:]+:\d+$/, 'is not host:port')))
        .default([]),
      topicPrefix: z
        .string()
        .regex(/^[\w.-]*$/)
        .default(''),
    })
    .prefault({}),
  rabbitmq: z.strictObject({ url: z.string().default(''), api: z.string().default('') }).prefault({}),
  /** The part of the old checkout that is already answered by events, 0…1. */
  strangler: z.strictObject({ share: z.coerce.number().min(0).max(1).default(0) }).prefault({}),
  /** What nobody may read in a log. */
  secrets: z.strictObject({ mailGatewayKey: z.string().min(1).default('test-mail-key') }).prefault({}),
});

export interface ShopConfig extends Omit<z.infer<typeof Settings>, 'scenario' | 'instances'> {
  readonly scenario: Scenario;
  readonly instances: Readonly<Record<ServiceName, number>>;
  /** A wait in milliseconds, shortened by the time factor: every wait of the shop goes through here. */
  time(ms: number): number;
}

const INSTANCES: Partial<Record<ServiceName, number>> = { 'inventory-service': 2, 'payment-service': 2, 'saga-orchestrator': 2 };

/** A setting that is not what it must be: `path: what is wrong` per line. The process ends with 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface Told {
  /** What a person or a test said; wins. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A JSON file; `shop.config.json` of the working folder when it exists and none is named. */
  readonly file?: string;
}

/** Flags over environment over file, checked once. @throws ConfigError */
export function readConfig({ flags = {}, env = {}, file }: Told = {}): ShopConfig {
  const given = merge(merge(fromFile(file), fromEnvironment(env)), flags);
  const read = Settings.safeParse(given);
  if (!read.success)
    throw new ConfigError(read.error.issues.map(({ path, message }) => `${path.join('.') || 'settings'}: ${message}`).join('\n'));
  const { scenario, instances, ...rest } = read.data;
  return {
    ...rest,
    scenario: scenario as Scenario,
    instances: Object.fromEntries(SERVICE_NAMES.map((name) => [name, instances[name] ?? INSTANCES[name] ?? 1])) as Record<
      ServiceName,
      number
    >,
    time: (ms) => ms / rest.timeFactor,
  };
}

type Given = Record<string, unknown>;

/** `SHOP_TIME_FACTOR` is `timeFactor`, `SHOP_KAFKA_TOPIC_PREFIX` is `kafka.topicPrefix`. */
function fromEnvironment(env: NonNullable<Told['env']>): Given {
  const given: Given = {};
  const put = (path: readonly string[], value: string | undefined): void => {
    const [first = '', second] = path;
    if (value === undefined) return;
    given[first] = second === undefined ? value : { ...(given[first] as Given | undefined), [second]: value };
  };
  // The names under which `npm run brokers` gives its addresses.
  put(['kafka', 'brokers'], env.KAFKA_BROKERS);
  put(['rabbitmq', 'url'], env.AMQP_URL);
  put(['rabbitmq', 'api'], env.RABBITMQ_API_URL);
  for (const path of PATHS)
    put(
      path,
      env[
        `SHOP_${path
          .map((word) => word.replace(/[A-Z]/g, '_$&'))
          .join('_')
          .toUpperCase()}`
      ],
    );
  return given;
}

const PATHS: readonly (readonly string[])[] = Object.entries(Settings.shape).flatMap(([name, shape]) => {
  const inner = shape instanceof z.ZodPrefault ? shape.unwrap() : shape;
  return inner instanceof z.ZodObject ? Object.keys(inner.shape).map((key) => [name, key]) : [[name]];
});

function fromFile(file: string | undefined): Given {
  const path = file ?? 'shop.config.json';
  if (!existsSync(path)) {
    if (file === undefined) return {};
    throw new ConfigError(`${file}: there is no such file`);
  }
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Given;
  } catch {
    throw new ConfigError(`${path}: is not JSON`);
  }
}

function merge(under: Given, over: Readonly<Given>): Given {
  const merged = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = merged[key];
    merged[key] = isPlain(below) && isPlain(value) ? { ...below, ...value } : value;
  }
  return merged;
}

const isPlain = (value: unknown): value is Given => typeof value === 'object' && value !== null && !Array.isArray(value);

export interface CommandLine {
  /** `run` is the shop itself; the others are questions to its databases. */
  readonly command: 'run' | 'state' | 'rebuild' | 'what-if' | 'help';
  readonly subject: string;
  readonly at?: string;
  readonly without?: number;
  /** With `--services`: which instance of them this process is. */
  readonly instance: number;
  /** Settings that were said here: they go before what the story would have. */
  readonly said: ReadonlySet<string>;
  /** Only say what would be counted. */
  readonly plan: boolean;
  readonly json: boolean;
  readonly config: ShopConfig;
}

const OPTIONS = {
  ...Object.fromEntries(
    [
      'broker',
      'scenario',
      'orders',
      'rate',
      'seed',
      'services',
      'instances',
      'processes',
      'time-factor',
      'trace',
      'dialect',
      'data',
      'otlp',
      'config',
      'at',
      'instance',
      'without',
    ].map((name) => [name, { type: 'string' }] as const),
  ),
  ...Object.fromEntries(['faults', 'plan', 'json', 'help'].map((name) => [name, { type: 'boolean' }] as const)),
} as const;

/** @throws ConfigError */
export function readCommandLine(args: readonly string[], env: NonNullable<Told['env']>): CommandLine {
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true }) as typeof parsed;
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
  const { config: file, at, without, instance = '1', plan, json, help, 'time-factor': timeFactor, ...flags } = parsed.values;
  const [command = 'run', subject = ''] = parsed.positionals;
  if (!['run', 'state', 'rebuild', 'what-if'].includes(command))
    throw new ConfigError(`${command}: is no command; state, rebuild and what-if are`);
  if (command !== 'run' && subject === '') throw new ConfigError(`${command}: of which one? Its id is missing`);
  return {
    command: help === true ? 'help' : (command as CommandLine['command']),
    subject,
    instance: Number(instance),
    said: new Set(Object.keys(flags)),
    plan: plan === true,
    json: json === true,
    ...(typeof at === 'string' ? { at } : {}),
    ...(typeof without === 'string' ? { without: Number(without) } : {}),
    config: readConfig({ flags: { ...flags, timeFactor }, env, ...(typeof file === 'string' ? { file } : {}) }),
  };
}
