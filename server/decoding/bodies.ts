import { AppError, isAppError } from '@/lib/errors';
import type { SchemaView } from '@/lib/contract/traces';
import type { BrokerName, ChannelName } from '@/lib/events/names';
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
}

export interface DecodedBody {
  /** JSON, or `null` with the reason in `problem`. */
  readonly text: string | null;
  readonly problem: string | null;
  readonly schema: SchemaView | null;
}

/** Decodes what is no text, by what the record and the configuration say about it. A registry that is gone is a reason, not a failure. [G61] [G64] */
export class Bodies {
  private readonly protobuf: readonly (ProtobufChannel & { readonly fits: (channel: string) => boolean })[];

  private readonly schemas = new WeakMap<RegisteredSchema, DecodeSchema>();

  constructor(private readonly parts: BodiesParts) {
    this.protobuf = parts.protobuf.map((one) => ({ ...one, fits: matcherOf([one.channel]) }));
  }

  /** Whether it is for this class at all: JSON, text and the like are not. */
  isEncoded({ broker, channel, partition, body, contentType }: EncodedBody): boolean {
    if (body.length === 0) return false;
    if (body[0] === 0 && partition !== null && this.parts.registries.has(broker)) return true;
    return binaryFormatOf(contentType) !== null || (this.protobuf.length > 0 && this.protobufOf(channel) !== null);
  }

  /**
   * One answer per body, in order; `null` where there is nothing to decode. `withinMs` is for all of them together, the registry's time apart:
   * it has its own limit, and `registryWithinMs` for those who can't wait so long.
   */
  async decode(bodies: readonly EncodedBody[], withinMs: number, registryWithinMs?: number): Promise<readonly (DecodedBody | null)[]> {
    const planned = await Promise.all(bodies.map((body) => this.plan(body, registryWithinMs)));
    const jobs = planned.flatMap((plan) => (plan?.job === undefined ? [] : [plan.job]));
    const answers = await this.parts.decoder.decode(jobs, withinMs);
    let next = 0;
    return planned.map((plan) => {
      if (plan === null) return null;
      if (plan.job === undefined) return { text: null, problem: plan.problem ?? null, schema: plan.schema };
      const answer = answers[next++] ?? { problem: 'not decoded' };
      return 'text' in answer
        ? { text: answer.text, problem: null, schema: plan.schema }
        : { text: null, problem: `It cannot be decoded: ${answer.problem}.`, schema: plan.schema };
    });
  }

  /** A packed body, in plain bytes; at most `most` of them. @throws when it is longer or broken */
  unpack(body: Uint8Array, packing: Packing, most: number): Uint8Array {
    return new Uint8Array(unpackBody(body, packing, most));
  }

  private async plan(
    body: EncodedBody,
    registryWithinMs: number | undefined,
  ): Promise<{ readonly job?: DecodeJob; readonly problem?: string; readonly schema: SchemaView | null } | null> {
    const registry = body.partition === null ? undefined : this.parts.registries.get(body.broker);
    const wire = registry === undefined ? null : wireFormatOf(body.body, registry.idBytes);
    if (registry !== undefined && wire !== null) return this.planRegistered(body, registry, wire.schemaId, wire.from, registryWithinMs);
    const channel = this.protobufOf(body.channel);
    const format = binaryFormatOf(body.contentType);
    if (channel !== null && (format === null || format === 'protobuf')) {
      const schema: SchemaView = { id: null, type: 'PROTOBUF', subject: channel.message, version: null, problem: null };
      return { job: { format: 'protobuf', bytes: body.body, schema: channel.schema }, schema };
    }
    if (format === 'protobuf')
      return { problem: 'Protobuf, and no message is configured for this channel (decoding.protobuf).', schema: null };
    return format === null ? null : { job: { format, bytes: body.body }, schema: null };
  }

  private async planRegistered(
    { broker, body }: EncodedBody,
    registry: SchemaRegistry,
    id: number,
    from: number,
    withinMs: number | undefined,
  ) {
    try {
      const registered = await within(registry.schema(id), withinMs);
      const { type, subject, version } = registered;
      const job: DecodeJob = {
        format: FORMATS[type],
        bytes: body.subarray(from),
        schema: this.schemaOf(broker, registered),
      };
      return { job, schema: { id, type, subject, version, problem: null } };
    } catch (error) {
      const reason = isAppError(error) ? error.message : 'the schema registry answered something unexpected';
      const problem = `The schema ${id} is not known: ${reason}.`;
      const schema = { id, type: null, subject: null, version: null, problem };
      // JSON can be read without its schema.
      if (body[from] === 0x7b) return { job: { format: 'json' as const, bytes: body.subarray(from) }, schema };
      return { problem, schema };
    }
  }

  /** The same object for the same schema: a list of jobs then carries it once. */
  private schemaOf(broker: BrokerName, registered: RegisteredSchema): DecodeSchema {
    const before = this.schemas.get(registered);
    if (before !== undefined) return before;
    const made = { key: `${broker}:${registered.id}`, text: registered.text, references: registered.references };
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
