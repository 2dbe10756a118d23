import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { amqpHeader, amqpProperty } from '@/lib/events/amqp-values';
import type { BrokerSystem } from '@/lib/events/names';
import type { EventHeader, RawRecord } from '@/lib/events/observed-event';
import { compileRules } from '@/lib/events/recognise/compile-rules';
import { describeRecognised } from '@/lib/events/recognise/describe-recognised';
import { recognise } from '@/lib/events/recognise/recognise';
import { losersOf } from '@/lib/events/recognise/sayings';
import { inflateForRecognition, latin1ForRecognition } from '../compression/inflate';
import { ownRules } from './recognition';
import type { Config } from './schema';

const sampleSchema = z.strictObject({
  system: z.enum(['kafka', 'rabbitmq']).default('kafka'),
  channel: z.string().default(''),
  key: z.string().nullable().default(null),
  headers: z.union([z.record(z.string(), z.unknown()), z.array(z.tuple([z.string(), z.unknown()]))]).default({}),
  properties: z.record(z.string(), z.string()).default({}),
  body: z.unknown().optional(),
  /** Instead of `body`, for what is no text. */
  bodyBase64: z.base64().optional(),
});
type Sample = z.output<typeof sampleSchema>;

/**
 * What samples become under the configuration: the text that `eventyard try-rules` prints. `json` is one sample or a list of them:
 * `{ system, channel, key, headers, properties, body | bodyBase64 }`, a body that is no text is written as JSON.
 * @throws AppError `sample`
 */
export function tryRules(config: Config, json: string): string {
  const rules = compileRules({
    own: ownRules(config),
    serviceNames: config.serviceNames,
    inflate: inflateForRecognition,
    latin1: latin1ForRecognition,
  });
  return readSamples(json)
    .map((sample, n) => {
      const record = toRecord(sample);
      const meaning = recognise(record, { system: sample.system, rules });
      const title = `${n + 1}. ${sample.channel === '' ? 'no channel' : sample.channel} (${sample.system})`;
      return [title, ...describeRecognised(meaning, losersOf(record, meaning, rules)).map((line) => `   ${line}`)].join('\n');
    })
    .join('\n\n');
}

function readSamples(json: string): readonly Sample[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new AppError('sample', 'the file of samples is not JSON', {
      cure: 'one sample or a list: { "channel": …, "headers": {…}, "body": … }',
    });
  }
  const parsed = z.array(sampleSchema).safeParse(Array.isArray(value) ? value : [value]);
  if (!parsed.success)
    throw new AppError(
      'sample',
      `the samples cannot be read: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
      {
        cure: 'known are system, channel, key, headers, properties, body, bodyBase64',
      },
    );
  return parsed.data;
}

const utf8 = new TextEncoder();

function toRecord({ system, channel, key, headers, properties, body, bodyBase64 }: Sample): RawRecord {
  const bytes =
    bodyBase64 !== undefined
      ? new Uint8Array(Buffer.from(bodyBase64, 'base64'))
      : body === undefined || body === null
        ? null
        : utf8.encode(typeof body === 'string' ? body : JSON.stringify(body));
  const named = Array.isArray(headers) ? headers : Object.entries(headers);
  return {
    channel,
    partition: system === 'kafka' ? 0 : null,
    offset: system === 'kafka' ? 0 : null,
    routingKey: system === 'kafka' ? null : '',
    key: key === null ? null : utf8.encode(key),
    headers: [
      ...Object.entries(properties).map(([name, text]) => amqpProperty(name, text)),
      ...named.map(([name, value]) => toHeader(name, value, system)),
    ],
    body: bytes,
    bodySize: bytes?.length ?? 0,
    publishedAt: null,
    publishedAtBy: null,
    observedAt: 0,
    inboxes: [],
  };
}

function toHeader(name: string, value: unknown, system: BrokerSystem): EventHeader {
  if (system === 'rabbitmq') return amqpHeader(name, value);
  return { name, wire: 'kafka', value: value === null ? null : utf8.encode(typeof value === 'string' ? value : JSON.stringify(value)) };
}
