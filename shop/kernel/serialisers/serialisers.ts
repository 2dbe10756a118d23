import { decode as fromMsgpack, encode as toMsgpack } from '@msgpack/msgpack';
import type { SchemaFile, SchemaLanguage } from '../../schemas/catalogue';
import { expanded, gzipped } from './compression';
import { fromEnvelope, isRecord, toEnvelopeA, toEnvelopeB, toFlatA, withStringIds } from './envelopes';
import type { RegistryClient } from './registry-client';
import { majorOf, semVer } from './version';
import { UnreadableBody, type Encoded, type Format, type Incoming, type WireEvent } from './wire-event';

/**
 * Events to bytes and back. The writer follows its binding; the reader looks at the bytes, because what headers say about a body is at
 * times wrong (`dialect: 'loose'` writes such headers on purpose: `content-encoding` names the serialiser, `compressed` is `false`).
 */
export interface Serialisers {
  /** @throws SchemaRefused when the registry finds that the schema breaks readers. */
  encode(event: WireEvent, format: Format, options?: { readonly gzip?: boolean }): Promise<Encoded>;
  /** @throws UnreadableBody when no attempt can ever succeed; any other error is worth another attempt. */
  decode(message: Incoming): Promise<WireEvent>;
  /** Registers the schemas of what a service publishes, so that one that may not publish them does not start. */
  prepare(published: readonly { readonly type: string; readonly version: string; readonly format: Format }[]): Promise<void>;
}

export interface SerialiserParts {
  readonly registry: RegistryClient;
  readonly catalogue: readonly SchemaFile[];
  readonly dialect?: 'strict' | 'loose';
}

const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  'json-a': 'application/json',
  'json-b': 'application/json',
  'json-flat': 'application/json',
  avro: 'application/vnd.apache.avro',
  protobuf: 'application/x-protobuf',
  msgpack: 'application/msgpack',
};

const LANGUAGE: Partial<Record<Format, SchemaLanguage>> = { avro: 'AVRO', protobuf: 'PROTOBUF', 'json-a': 'JSON', 'json-b': 'JSON' };

export function createSerialisers({ registry, catalogue, dialect = 'strict' }: SerialiserParts): Serialisers {
  const typeOfRecord = new Map(catalogue.map(({ record, type }) => [record, type]));

  const schemaOf = (type: string, version: string, language: SchemaLanguage): SchemaFile | undefined =>
    catalogue.find((file) => file.type === type && file.language === language && file.version === semVer(version));

  const encodeRecord = async (event: WireEvent, language: SchemaLanguage): Promise<Uint8Array> => {
    const schema = schemaOf(event.type, event.version, language);
    if (schema === undefined) throw new Error(`${event.type} ${event.version} has no ${language} schema`);
    const id = await registry.register(schema.subject, language, schema.text);
    return registry.encode(id, {
      eventId: event.id,
      occurredAt: Date.parse(event.at),
      version: event.version,
      source: event.source,
      ...event.data,
    });
  };

  const plainBody = async (event: WireEvent, format: Format): Promise<Uint8Array> => {
    switch (format) {
      case 'json-a':
        return text(toEnvelopeA(event));
      case 'json-b':
        return text(toEnvelopeB(event));
      case 'json-flat':
        return text(toFlatA(event));
      case 'msgpack':
        return toMsgpack(toEnvelopeA(event));
      case 'avro':
        return encodeRecord(event, 'AVRO');
      case 'protobuf':
        return encodeRecord(event, 'PROTOBUF');
    }
  };

  const decodeRecord = async (body: Uint8Array, message: Incoming): Promise<WireEvent> => {
    const { name, value } = await registry.decode(body);
    const { eventId, occurredAt, version, source, ...data } = value;
    return {
      id: String(eventId ?? message.headers['event-id'] ?? ''),
      type: typeOfRecord.get(name) ?? message.headers['event-type'] ?? name,
      version: semVer(version),
      source: typeof source === 'string' ? source : (message.headers.source ?? 'unknown'),
      at: new Date(Number(occurredAt ?? 0)).toISOString(),
      data: withStringIds(data),
    };
  };

  return {
    encode: async (event, format, { gzip = false } = {}) => {
      const plain = await plainBody(event, format);
      const packed = gzip ? await gzipped(plain) : null;
      const contentType = CONTENT_TYPES[format];
      return {
        body: packed ?? plain,
        contentType,
        headers: { 'content-type': contentType, ...(gzip ? compressionHeaders(format, plain.byteLength, packed !== null, dialect) : {}) },
      };
    },
    decode: async (message) => {
      const body = await expanded(message.body);
      const source = message.headers.source;
      switch (sniff(body)) {
        case 'confluent':
          return decodeRecord(body, message);
        case 'msgpack':
          return fromEnvelope(unpack(body), source);
        case 'json':
          return fromEnvelope(parse(body), source);
      }
    },
    prepare: async (published) => {
      for (const { type, version, format } of published) {
        const language = LANGUAGE[format];
        const schema = language === undefined ? undefined : schemaOf(type, version, language);
        if (schema !== undefined) await registry.register(schema.subject, schema.language, schema.text);
      }
    },
  };
}

/** A newer minor version is read, a newer major is not: its fields may mean something else. */
export const readable = (version: string, knownMajor: number): boolean => majorOf(version) <= knownMajor;

function compressionHeaders(format: Format, originalSize: number, packed: boolean, dialect: 'strict' | 'loose'): Record<string, string> {
  if (dialect === 'loose')
    return { 'content-encoding': format.split('-')[0] ?? format, compressed: 'false', 'original-size': String(originalSize) };
  return packed
    ? { 'content-encoding': 'gzip', compressed: 'true', 'original-size': String(originalSize) }
    : { compressed: 'false', 'original-size': String(originalSize) };
}

/** 0 begins the Confluent wire format, a MessagePack map begins with 0x80–0x8f, 0xde or 0xdf; what is left must be JSON. */
function sniff(body: Uint8Array): 'confluent' | 'msgpack' | 'json' {
  const first = body[0] ?? 0x7b;
  if (first === 0 && body.byteLength >= 5) return 'confluent';
  return (first & 0xf0) === 0x80 || first === 0xde || first === 0xdf ? 'msgpack' : 'json';
}

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new UnreadableBody('Undecodable', 'the body is not JSON');
  }
}

function unpack(body: Uint8Array): unknown {
  try {
    const value = fromMsgpack(body);
    if (isRecord(value)) return value;
  } catch {
    // falls through: the bytes began like a map and were none
  }
  throw new UnreadableBody('Undecodable', 'the body is not MessagePack');
}
