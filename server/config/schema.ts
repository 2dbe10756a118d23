import { z } from 'zod';
import { parseDuration } from '@/lib/time/parse-duration';
import { decodingSchema, schemaRegistrySchema } from './decoding';
import { recognitionSchema } from './recognition';

/** A duration such as `30s`, read as milliseconds. */
const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: 'a duration such as 500ms, 30s, 5min or 2h' });
  return z.NEVER;
});

const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(1);
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'letters, digits, dot, dash and underscore, at most 64');

const tap = z
  .strictObject({
    include: z.array(z.string().min(1)).default(['*']),
    exclude: z.array(z.string().min(1)).default([]),
    startAt: z.enum(['beginning', 'now']).default('now'),
    maxBodyBytes: count.default(65_536),
    maxBufferedBytes: count.default(16_777_216),
    discoverEvery: duration.default(15_000),
  })
  .prefault({});

const tls = z.union([
  z.boolean(),
  z.strictObject({
    ca: z.string().optional(),
    cert: z.string().optional(),
    key: z.string().optional(),
    servername: z.string().optional(),
    rejectUnauthorized: z.boolean().default(true),
  }),
]);

const kafka = z.strictObject({
  /** A list, or one text with commas as it stands in KAFKA_BROKERS. */
  brokers: z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',') : value),
    z.array(z.string().regex(/^[^\s:]+:\d+$/, 'host:port')).min(1),
  ),
  clientId: z.string().optional(),
  sasl: z
    .strictObject({ mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']), username: z.string(), password: z.string() })
    .optional(),
  tls: tls.optional(),
  group: z.string().optional(),
});

const rabbitmq = z.strictObject({
  url: z.string().regex(/^amqps?:\/\//, 'amqp:// or amqps://'),
  api: z.string().regex(/^https?:\/\//, 'http:// or https://'),
  apiUser: z.string().optional(),
  apiPassword: z.string().optional(),
  /** One address a node, with commas. */
  prometheus: z
    .string()
    .regex(/^https?:\/\/[^\s,]+(\s*,\s*https?:\/\/[^\s,]+)*$/, 'http:// or https://, one a node, with commas')
    .optional(),
  queueMaxBytes: count.default(268_435_456),
  includeAutoDelete: z.array(z.string()).default([]),
  bindAll: z.array(z.string()).default([]),
  tls: tls.optional(),
});

const broker = z
  .strictObject({
    name,
    kafka: kafka.optional(),
    rabbitmq: rabbitmq.optional(),
    /** The demo's broker, in the role of one of both. */
    inProcess: z.enum(['kafka', 'rabbitmq']).optional(),
    schemaRegistry: schemaRegistrySchema.optional(),
    tap,
  })
  .refine(
    (one) => [one.kafka, one.rabbitmq, one.inProcess].filter((kind) => kind !== undefined).length === 1,
    'exactly one of kafka: or rabbitmq: is expected',
  );

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const saga = z.strictObject({
  name,
  identifiedBy: z
    .string()
    .regex(/^(business-key:.+|correlation-id|saga-id|trace-id)$/, 'business-key:<name>, correlation-id, saga-id or trace-id'),
  start: oneOrMore,
  steps: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(60),
        success: oneOrMore,
        failure: oneOrMore.default([]),
        compensation: oneOrMore.default([]),
        timeout: duration.optional(),
      }),
    )
    .min(1),
  end: oneOrMore.default([]),
  timeout: duration.optional(),
});

/** `eventyard.yaml`, with every default. Unknown keys are errors. `eventyard.example.yaml` shows it commented, and a test loads that. */
export const configSchema = z.strictObject({
  environment: z
    .strictObject({
      name: z.string().min(1).max(40).default('local'),
      kind: z.enum(['production', 'staging', 'development', 'demo']).default('development'),
    })
    .prefault({}),
  listen: z
    .strictObject({ host: z.string().default('127.0.0.1'), port: port.default(7200), allowedHosts: z.array(z.string()).default([]) })
    .prefault({}),
  store: z
    .strictObject({
      url: z
        .string()
        .regex(/^https?:\/\//, 'http:// or https://')
        .optional(),
      user: z.string().optional(),
      password: z.string().optional(),
      database: z.string().optional(),
      directory: z.string().default('./data'),
      retention: duration.default(7 * 86_400_000),
      memoryMb: count.default(500),
      indexFields: flag.default(true),
    })
    .prefault({}),
  brokers: z.array(broker).default([]),
  serviceNames: z.record(z.string(), z.string()).default({}),
  recognition: recognitionSchema,
  decoding: decodingSchema,
  sagas: z.array(saga).default([]),
  samples: z.strictObject({ every: duration.default(10_000) }).prefault({}),
  log: z
    .strictObject({
      level: z.enum(['silent', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
      format: z.enum(['json', 'pretty']).default('json'),
    })
    .prefault({}),
  development: flag.default(false),
});

export type Config = z.output<typeof configSchema>;
export type BrokerConfig = Config['brokers'][number];

/** Which protocol a configured broker speaks. */
export const systemOf = (broker: BrokerConfig): 'kafka' | 'rabbitmq' =>
  broker.inProcess ?? (broker.kafka === undefined ? 'rabbitmq' : 'kafka');

/** Values at these keys are secrets or certificates: `file:` is read for them, and they are never shown. */
export const SECRET_KEYS: ReadonlySet<string> = new Set(['password', 'apiPassword', 'ca', 'cert', 'key', 'url', 'api', 'prometheus']);

/** What may also come from the environment (`EVENTYARD_` + path in capitals) or a flag. */
export const SETTABLE: readonly string[] = [
  'environment.name',
  'environment.kind',
  'listen.host',
  'listen.port',
  'store.url',
  'store.user',
  'store.password',
  'store.database',
  'store.directory',
  'store.retention',
  'store.memoryMb',
  'samples.every',
  'log.level',
  'log.format',
  'development',
];

/** `store.memoryMb` → `EVENTYARD_STORE_MEMORY_MB`. */
export const variableOf = (path: string): string => `EVENTYARD_${path.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase()}`;
