import { decode as fromMsgpack, encode as toMsgpack } from '@msgpack/msgpack';
import type { SchemaFile, SchemaLanguage } from '../../schemas/catalogue';
import type { Message } from '../../transport/port';
import type { Format } from '../channels';
import { Poison, type Converters, type Decoded, type Encoded, type OutgoingEvent } from '../events';
import { expanded, gzipped } from './compression';
import { fromEnvelope, toEnvelopeA, toEnvelopeB, withStringIds } from './envelopes';
import type { RegistryClient } from './registry-client';
import { semVer } from './version';

export interface ConverterParts {
  readonly registry: RegistryClient;
  readonly catalogue: readonly SchemaFile[];
  /** `loose` writes headers that are wrong on purpose: `content-encoding` names the serialiser, `compressed` is `false` though gzipped. */
  readonly dialect?: 'strict' | 'loose';
}

/**
 * Events to bytes and back. The writer follows its channel's format; the reader looks at the bytes, because what headers say about a body is
 * at times wrong.
 */
export function createConverters(parts: ConverterParts): Converters {
  let turn = 0;
  const decode = decoderOf(parts);
  return (format) => ({
    encode: (event) =>
      format === 'turns' ? encodeReport(event, TURNS[turn++ % TURNS.length] ?? 'json-a', parts) : encodeAs(event, format, parts),
    decode,
  });
}

type OneFormat = Exclude<Format, 'turns'>;

const TURNS: readonly OneFormat[] = ['json-a', 'msgpack', 'protobuf'];

const CONTENT_TYPES: Readonly<Record<OneFormat, string>> = {
  'json-a': 'application/json',
  'json-b': 'application/json',
  avro: 'application/vnd.apache.avro',
  protobuf: 'application/x-protobuf',
  msgpack: 'application/msgpack',
};

async function encodeAs(event: OutgoingEvent, format: OneFormat, parts: ConverterParts): Promise<Encoded> {
  return { body: await bodyOf(event, format, parts), contentType: CONTENT_TYPES[format], idInBody: true };
}

/** A report may be long: above a kilobyte it is gzipped, and its headers say so in one of two dialects. */
async function encodeReport(event: OutgoingEvent, format: OneFormat, parts: ConverterParts): Promise<Encoded> {
  const plain = await encodeAs(event, format, parts);
  const packed = await gzipped(plain.body);
  const loose = parts.dialect === 'loose';
  const encoding = loose ? format.split('-')[0] : packed === null ? undefined : 'gzip';
  return {
    ...plain,
    body: packed ?? plain.body,
    ...(encoding === undefined ? {} : { contentEncoding: encoding }),
    headers: { compressed: String(packed !== null && !loose), 'original-size': plain.body.byteLength },
  };
}

async function bodyOf(event: OutgoingEvent, format: OneFormat, parts: ConverterParts): Promise<Uint8Array> {
  switch (format) {
    case 'json-a':
      return json(toEnvelopeA(event));
    case 'json-b':
      return json(toEnvelopeB(event));
    case 'msgpack':
      return toMsgpack(toEnvelopeA(event));
    case 'avro':
      return bySchema(event, 'AVRO', parts);
    case 'protobuf':
      return bySchema(event, 'PROTOBUF', parts);
  }
}

/** The record carries what an envelope says beside the data, so that it can be read without headers. */
async function bySchema(event: OutgoingEvent, language: SchemaLanguage, { registry, catalogue }: ConverterParts): Promise<Uint8Array> {
  const version = semVer(event.version);
  const schema = catalogue.find((file) => file.type === event.type && file.language === language && file.version === version);
  if (schema === undefined) throw new Error(`${event.type} ${version} has no ${language} schema`);
  const id = await registry.register(schema.subject, language, schema.text);
  return registry.encode(id, { eventId: event.id, occurredAt: event.at, version, source: event.source, ...event.data });
}

function decoderOf({ registry, catalogue }: ConverterParts): (message: Message) => Promise<Decoded> {
  const typeOfRecord = new Map(catalogue.map(({ record, type }) => [record, type]));

  const byRegistry = async (body: Uint8Array): Promise<Decoded> => {
    const { name, value } = await registry.decode(body);
    const { eventId, occurredAt, version, source, ...data } = value;
    const type = typeOfRecord.get(name);
    return {
      data: withStringIds(data),
      ...(typeof eventId === 'string' ? { id: eventId } : {}),
      ...(type === undefined ? {} : { type }),
      ...(version === undefined ? {} : { version: semVer(version) }),
      ...(typeof source === 'string' ? { source } : {}),
      ...(typeof occurredAt === 'number' ? { at: occurredAt } : {}),
    };
  };

  return async (message) => {
    const body = await expanded(message.body);
    const found = sniff(body);
    if (found === 'confluent') return byRegistry(body);
    return fromEnvelope(found === 'msgpack' ? unpack(body) : parse(body));
  };
}

/** 0 begins the Confluent wire format; a MessagePack map begins with 0x80–0x8f, 0xde or 0xdf; what is left must be JSON. */
function sniff(body: Uint8Array): 'confluent' | 'msgpack' | 'json' {
  const first = body[0] ?? 0x7b;
  if (first === 0 && body.byteLength >= 5) return 'confluent';
  return (first & 0xf0) === 0x80 || first === 0xde || first === 0xdf ? 'msgpack' : 'json';
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Poison('Undecodable', 'the body is not JSON');
  }
}

function unpack(body: Uint8Array): unknown {
  try {
    return fromMsgpack(body);
  } catch {
    throw new Poison('Undecodable', 'the body is not MessagePack');
  }
}
