import { decode as decodeMessagePack } from '@msgpack/msgpack';
import { Decoder as CborDecoder } from 'cbor-x';
import { protobufStart } from '../../lib/events/wire-format';
import { compileAvro } from './avro';
import type { DecodeAnswer, DecodeJob } from './decode-job';
import { compileJsonSchema } from './json-schema';
import { compileProtobuf } from './protobuf';
import { toJsonText } from './to-json-text';

type Decode = (bytes: Uint8Array, named?: string) => unknown;

const utf8 = new TextDecoder('utf-8', { fatal: true });
const MOST_COMPILED = 200;
const compiled = new Map<string, Decode>();
const cbor = new CborDecoder({ useRecords: false, mapsAsObjects: true });

/** Decodes one body. Runs in a process of its own: hostile bytes may take any time and memory, and it is ended then. Never throws. */
export function decodeValue(job: DecodeJob): DecodeAnswer {
  try {
    const value = decoderOf(job)(job.bytes, job.named);
    // JSON stays as it was sent: made again from its value, long numbers and fields of one name would be lost.
    return { text: job.format === 'json' ? utf8.decode(job.bytes) : toJsonText(value) };
  } catch (error) {
    return { problem: `${NAMES[job.format]}: ${(error as Error).message.slice(0, 200)}` };
  }
}

const NAMES = {
  avro: 'Avro',
  protobuf: 'Protobuf',
  json: 'JSON',
  msgpack: 'MessagePack',
  cbor: 'CBOR',
  'json-check': 'JSON Schema',
} as const;

function decoderOf({ format, schema }: DecodeJob): Decode {
  switch (format) {
    case 'msgpack':
      return (bytes) => decodeMessagePack(bytes, { useBigInt64: true });
    case 'cbor':
      return (bytes) => cbor.decode(Buffer.from(bytes)) as unknown;
    case 'json':
      return readJson;
    default: {
      if (schema === undefined) throw new Error('no schema');
      const before = compiled.get(`${format} ${schema.key}`);
      if (before !== undefined) return before;
      const made = COMPILERS[format](schema);
      if (compiled.size >= MOST_COMPILED) compiled.delete(compiled.keys().next().value as string);
      compiled.set(`${format} ${schema.key}`, made);
      return made;
    }
  }
}

const readJson: Decode = (bytes) => JSON.parse(utf8.decode(bytes)) as unknown;

const COMPILERS: Readonly<Record<'avro' | 'protobuf' | 'json-check', (schema: NonNullable<DecodeJob['schema']>) => Decode>> = {
  avro: compileAvro,
  protobuf: protobufDecoder,
  'json-check': (schema) => {
    const check = compileJsonSchema(schema);
    return (bytes) => check(readJson(bytes));
  },
};

/** From a registry the record says which message it is; by configuration the name does. */
function protobufDecoder(schema: NonNullable<DecodeJob['schema']>): Decode {
  const messages = compileProtobuf(schema);
  const { message } = schema;
  if (message !== undefined) return (bytes) => messages.decode(bytes, message);
  return (bytes, named) => {
    const start = protobufStart(bytes, named ?? null, messages.knows);
    if (start === null) throw new Error('it does not say which message it is');
    return messages.decode(bytes.subarray(start.from), start.message);
  };
}
