import { z } from 'zod';

const text = z.string().max(65_536);
const number = z.number().finite();
const id = z.string().min(1).max(4_096);
const evidence = z.enum(['seen', 'declared', 'inferred']);
const inboxes = z.array(z.object({ inbox: text, evidence })).max(10_000);

const origin = z.object({
  channel: text.nullable(),
  inbox: text.nullable(),
  partition: number.nullable(),
  offset: number.nullable(),
  routingKey: text.nullable(),
});

const row = z.object({
  id,
  broker: text,
  system: z.enum(['kafka', 'rabbitmq']),
  channel: text,
  partition: number.nullable(),
  offset: number.nullable(),
  routingKey: text.nullable(),
  key: text.nullable(),
  type: text.nullable(),
  source: text.nullable(),
  traceId: text.nullable(),
  spanId: text.nullable(),
  parentSpanId: text.nullable(),
  messageId: text.nullable(),
  correlationId: text.nullable(),
  causationId: text.nullable(),
  sagaId: text.nullish(),
  businessKeys: z.array(z.object({ name: text, value: text })).max(1_000),
  attempt: number.nullable(),
  publishedAt: number.nullable(),
  publishedAtBy: z.enum(['broker', 'producer', 'body']).nullable(),
  observedAt: number,
  bodySize: number,
  inboxes,
  deadLetter: z.boolean(),
  failureCause: text.nullable(),
  replayId: text.nullable(),
  replayOf: text.nullable(),
  conversationId: text.nullish(),
  replyTo: text.nullish(),
  version: text.nullish(),
  schemaId: number.nullish(),
  sampled: z.boolean().nullish(),
  origin: origin.nullish(),
  diedIn: text.nullish(),
});

const long = z.string().max(4 * 1024 * 1024);
const schema = z.object({
  id: z.number().nullable(),
  type: z.enum(['AVRO', 'PROTOBUF', 'JSON']).nullable(),
  subject: text.nullable(),
  version: z.number().nullable(),
  problem: text.nullable(),
  breaks: z.array(text).max(100).nullable().default(null),
});

const detail = z.object({
  row,
  version: text.nullable(),
  sourceEvidence: evidence.nullable(),
  conversationId: text.nullable(),
  sagaId: text.nullable(),
  replyTo: text.nullable(),
  framework: text.nullable(),
  why: z.array(z.object({ field: text, from: text })).max(1_000),
  losers: z
    .array(z.object({ field: text, from: text, value: text }))
    .max(1_000)
    .default([]),
  baggage: z
    .array(z.object({ name: text, value: text, from: text }))
    .max(1_000)
    .default([]),
  schema: schema.nullable().default(null),
  decodedKey: z
    .object({ text: long.nullable(), bytes: text, problem: text.nullable(), schema: schema.nullable() })
    .nullable()
    .default(null),
  bodyProblem: text.nullable().default(null),
  contexts: z
    .array(
      z.object({
        system: z.enum(['w3c', 'b3', 'jaeger', 'datadog', 'xray', 'sentry', 'ids']),
        traceId: text,
        spanId: text.nullable(),
        parentSpanId: text.nullable(),
        sampled: z.boolean().nullable(),
        origin: z.boolean(),
        from: text,
      }),
    )
    .max(1_000),
  headers: z.array(z.object({ name: text, wire: text, text: long, size: number, isText: z.boolean() })).max(10_000),
  contentType: text.nullable(),
  contentEncoding: text.nullable(),
  body: z.object({
    kind: z.enum(['json', 'text', 'binary', 'none']),
    text: long.nullable(),
    bytes: long,
    size: number,
    storedSize: number,
    problem: text.nullable(),
  }),
  failure: z
    .object({
      cause: text,
      message: long.nullable(),
      stack: long.nullable(),
      reason: text.nullable(),
      count: number.nullable(),
      consumer: text.nullable(),
      firstOrigin: origin,
      lastOrigin: origin,
    })
    .nullable(),
  deadLetters: z.array(id).max(10_000),
  inboxes,
});

const story = z.object({
  consumption: z
    .array(
      z.object({
        event: id,
        inbox: text,
        evidence,
        state: z.enum(['consumed-between', 'not-yet', 'no-members', 'dead-lettered', 'skipped-or-consumed', 'unknown']),
        from: number.nullable(),
        to: number.nullable(),
        behind: number.nullable(),
        why: text,
      }),
    )
    .max(1_000_000)
    .optional(),
  marks: z
    .array(
      z.object({
        event: id,
        kind: z.enum([
          'duplicate',
          'out-of-order',
          'version-drift',
          'naming',
          'clock-skew',
          'missing-parent',
          'another-root',
          'cycle',
          'not-sampled',
        ]),
        text,
        other: id.nullable(),
      }),
    )
    .max(1_000_000)
    .optional(),
  flow: z
    .object({
      joinedBy: text,
      rule: z.enum(['correlation', 'conversation', 'causation', 'reply', 'business-key', 'bridged']),
      evidence: z.enum(['seen', 'inferred']),
      traceIds: z.array(text).max(10_000),
      cappedAt: number.nullable(),
    })
    .optional(),
});

/** A file as anybody may have written it; fields that are not known are ignored. */
export const traceFileSchema = z.object({
  format: z.literal('eventyard.trace'),
  version: z.literal(1),
  exportedAt: number,
  environment: text,
  traceId: id,
  events: z.array(row).min(1).max(100_000),
  details: z.array(detail).max(100_000),
  story: story.optional(),
  leftOut: z.array(text).max(100),
});
