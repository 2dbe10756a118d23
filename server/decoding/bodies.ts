import { AppError, isAppError } from '@/lib/errors';
import type { SchemaView } from '@/lib/contract/traces';
import type { BrokerName, ChannelName } from '@/lib/events/names';
import type { EventHeader } from '@/lib/events/observed-event';
import { headerSchemaOf, type HeaderSchema, type RecordPart, type SchemaRef } from '@/lib/events/schema-ref';
import { binaryFormatOf, wireFormatOf } from '@/lib/events/wire-format';
import type { Packing } from '@/lib/events/recognise/parse-body';
import { matcherOf } from '@/lib/topology/name-pattern';
import { unpackBody } from '../compression/unpack-body';
import type { RegisteredSchema, SchemaRegistry } from '../schemas/schema-registry';
import type { DecodeJob, DecodeSchema } from './decode-job';
import type { Decoder } from './decoder';

/** Protobuf without a registry: which message the bodies of a channel are. */
export interface ProtobufChannel {
  /** A pattern with `*` and `?`. */
  readonly channel: string;
  readonly message: string;
  readonly schema: DecodeSchema;
}

export interface BodiesParts {
  readonly registries: ReadonlyMap<BrokerName, SchemaRegistry>;
  readonly protobuf: readonly ProtobufChannel[];
  readonly decoder: Decoder;
}

export interface EncodedBody {
  readonly broker: BrokerName;
  readonly channel: ChannelName;
  /** Kafka only: elsewhere nobody writes the wire format. */
  readonly partition: number | null;
  /** Unpacked. */
  readonly body: Uint8Array;
  readonly contentType: string | null;
  /** Where a schema may be named; none is looked for without. */
  readonly headers?: readonly EventHeader[] | undefined;
  /** `key` where `body` is a record's key: only a registry says what that is. */
  readonly part?: RecordPart;
}

export interface DecodingLimits {
  /** For all bodies together, the registry's time apart: that has its own limit. */
  readonly withinMs: number;
  /** For those who can't wait so long for a schema. */
  readonly registryWithinMs?: number;
  /** Whether JSON is held against its schema: for a person who looks, not for a tap. */
  readonly checks?: boolean;
}

export interface DecodedBody {
  /** JSON, or `null` with the reason in `problem`. */
  readonly text: string | null;
  readonly problem: string | null;
  readonly schema: SchemaView | null;
}

interface Plan {
  readonly job?: DecodeJob;
  readonly problem?: string;
  readonly schema: SchemaView | null;
}

const NO_HEADERS: readonly EventHeader[] = [];
const NO_BYTES = new Uint8Array(0);

const nameOf = (ref: SchemaRef): string => (ref.by === 'guid' ? ref.guid : ref.by === 'id' ? String(ref.id) : `${ref.by} ${ref.id}`);

/** Decodes what is no text, by what the record and the configuration say about it. A registry that is gone is a reason, not a failure. [G61] [G64] */
export class Bodies {
  private readonly protobuf: readonly (ProtobufChannel & { readonly fits: (channel: string) => boolean })[];

  private readonly schemas = new WeakMap<RegisteredSchema, DecodeSchema>();

  constructor(private readonly parts: BodiesParts) {
    this.protobuf = parts.protobuf.map((one) => ({ ...one, fits: matcherOf([one.channel]) }));
  }

  /** Whether it is for this class at all: JSON, text and the like are not. */
  isEncoded({ broker, channel, partition, body, contentType, headers = NO_HEADERS, part = 'value' }: EncodedBody): boolean {
    if (body.length === 0) return false;
    const registry = partition === null ? undefined : this.parts.registries.get(broker);
    if (part === 'key')
      return registry !== undefined && (wireFormatOf(body, registry.idBytes) !== null || headerSchemaOf(headers, part) !== null);
    if (registry !== undefined && (body[0] === 0 || headerSchemaOf(headers) !== null)) return true;
    return binaryFormatOf(contentType) !== null || (this.protobuf.length > 0 && this.protobufOf(channel) !== null);
  }

  /** One answer per body, in order; `null` where there is nothing to decode. */
  async decode(
    bodies: readonly EncodedBody[],
    { withinMs, registryWithinMs, checks = false }: DecodingLimits,
  ): Promise<readonly (DecodedBody | null)[]> {
    const planned = await Promise.all(bodies.map((body) => this.plan(body, registryWithinMs)));
    const jobs = planned.flatMap((plan) => (plan?.job === undefined ? [] : [plan.job]));
    const answers = await this.parts.decoder.decode(jobs, withinMs);
    let next = 0;
    const decoded = planned.map((plan): DecodedBody | null => {
      if (plan === null) return null;
      if (plan.job === undefined) return { text: null, problem: plan.problem ?? null, schema: plan.schema };
      const answer = answers[next++] ?? { problem: 'not decoded' };
      return 'text' in answer
        ? { text: answer.text, problem: null, schema: plan.schema }
        : { text: null, problem: `It cannot be decoded: ${answer.problem}.`, schema: plan.schema };
    });
    if (!checks) return decoded;
    return Promise.all(decoded.map((one, index) => this.checked(one, planned[index]?.job, withinMs)));
  }

  /** [G69] Held against its JSON Schema, apart from decoding: a check that fails or takes too long leaves the body as it is. */
  private async checked(body: DecodedBody | null, job: DecodeJob | undefined, withinMs: number): Promise<DecodedBody | null> {
    if (body === null || body.text === null || body.schema === null || job?.format !== 'json' || job.schema === undefined) return body;
    const [answer] = await this.parts.decoder.decode([{ ...job, format: 'json-check' }], withinMs);
    const { schema } = body;
    if (answer === undefined || 'problem' in answer)
      return { ...body, schema: { ...schema, problem: `It was not held against its schema: ${answer?.problem ?? 'no answer'}.` } };
    return { ...body, schema: { ...schema, breaks: JSON.parse(answer.text) as readonly string[] } };
  }

  /** A packed body, in plain bytes; at most `most` of them. @throws when it is longer or broken */
  unpack(body: Uint8Array, packing: Packing, most: number): Uint8Array {
    return new Uint8Array(unpackBody(body, packing, most));
  }

  private async plan(body: EncodedBody, registryWithinMs: number | undefined): Promise<Plan | null> {
    const registry = body.partition === null ? undefined : this.parts.registries.get(body.broker);
    if (registry !== undefined) {
      const named = headerSchemaOf(body.headers ?? NO_HEADERS, body.part);
      if (named !== null) return this.planRegistered(body, registry, named, registryWithinMs);
      const wire = wireFormatOf(body.body, registry.idBytes);
      if (wire !== null) {
        const payload = { ...body, body: body.body.subarray(wire.from) };
        const ref = { by: registry.ids === 'global' ? 'global-id' : 'id', id: wire.schemaId } as const;
        return this.planRegistered(payload, registry, { ref, path: NO_BYTES, message: null, asJson: false }, registryWithinMs);
      }
    }
    if (body.part === 'key') return null;
    const channel = this.protobufOf(body.channel);
    const format = binaryFormatOf(body.contentType);
    if (channel !== null && (format === null || format === 'protobuf')) {
      const schema: SchemaView = { id: null, type: 'PROTOBUF', subject: channel.message, version: null, problem: null, breaks: null };
      return { job: { format: 'protobuf', bytes: body.body, schema: channel.schema }, schema };
    }
    if (format === 'protobuf')
      return { problem: 'Protobuf, and no message is configured for this channel (decoding.protobuf).', schema: null };
    return format === null ? null : { job: { format, bytes: body.body }, schema: null };
  }

  /** `body` is the payload alone. */
  private async planRegistered(
    { broker, body }: EncodedBody,
    registry: SchemaRegistry,
    { ref, path, message, asJson }: HeaderSchema,
    withinMs: number | undefined,
  ): Promise<Plan> {
    const isJson = body[0] === 0x7b;
    try {
      const registered = await within(registry.schema(ref), withinMs);
      const { id, type, subject, version } = registered;
      const schema: SchemaView = { id, type, subject, version, problem: null, breaks: null };
      // Avro's schema says nothing of Avro that is written as JSON.
      const format = type === 'AVRO' && asJson ? 'json' : FORMATS[type];
      const job: DecodeJob = {
        format,
        bytes: path.length === 0 || type !== 'PROTOBUF' ? body : Buffer.concat([path, body]),
        schema: type === 'AVRO' && format === 'json' ? undefined : this.schemaOf(broker, registered, ref),
        named: message ?? undefined,
      };
      return { job, schema };
    } catch (error) {
      const reason = isAppError(error) ? error.message : 'the schema registry answered something unexpected';
      const problem = `The schema ${nameOf(ref)} is not known: ${reason}.`;
      const id = ref.by === 'guid' ? null : ref.id;
      const schema: SchemaView = { id, type: null, subject: null, version: null, problem, breaks: null };
      // JSON can be read without its schema.
      return isJson ? { job: { format: 'json', bytes: body }, schema } : { problem, schema };
    }
  }

  /** The same object for the same schema: a list of jobs then carries it once. */
  private schemaOf(broker: BrokerName, registered: RegisteredSchema, ref: SchemaRef): DecodeSchema {
    const before = this.schemas.get(registered);
    if (before !== undefined) return before;
    const made = { key: `${broker}:${nameOf(ref)}`, text: registered.text, references: registered.references };
    this.schemas.set(registered, made);
    return made;
  }

  private protobufOf(channel: ChannelName): ProtobufChannel | null {
    return this.protobuf.find(({ fits }) => fits(channel)) ?? null;
  }

  close(): Promise<void> {
    return this.parts.decoder.close();
  }
}

/** @throws AppError `registry-unreachable` when it takes longer; what was asked goes on and is there the next time */
async function within<T>(asked: Promise<T>, ms: number | undefined): Promise<T> {
  if (ms === undefined) return asked;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AppError('registry-unreachable', 'the schema registry has not answered yet', { retryable: true })),
      ms,
    );
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

const FORMATS = { AVRO: 'avro', PROTOBUF: 'protobuf', JSON: 'json' } as const;
