import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import type { Message } from 'protobufjs';
import { Poison } from '../events';

/** The registry as a service of the shop uses it: ids and schemas once known are never asked for again, so it may be away. */
export interface RegistryClient {
  /** The id of a schema, registering it when the subject has none like it. @throws SchemaRefused when it breaks the subject's readers. */
  register(subject: string, type: 'AVRO' | 'PROTOBUF' | 'JSON', schema: string): Promise<number>;
  /** In the Confluent wire format: 0, four bytes of id, for Protobuf the message's index, the value. */
  encode(id: number, value: unknown): Promise<Uint8Array>;
  /** @throws Poison `UnknownSchema` or `Undecodable`; RegistryAway */
  decode(body: Uint8Array): Promise<{ readonly name: string; readonly value: Record<string, unknown> }>;
}

/** The registry answered 409: publishing in this schema would break somebody, so the publisher must not start. */
export class SchemaRefused extends Error {
  override readonly name = 'SchemaRefused';
}

/** It can't be asked at this moment, and what is to be read needs a schema that nobody here has seen yet. */
export class RegistryAway extends Error {
  override readonly name = 'RegistryAway';
}

const PROTOBUF_FIRST_MESSAGE = 0;

export function openRegistryClient(url: string, clientId: string): RegistryClient {
  const registry = new SchemaRegistry({ host: url, clientId, retry: { retries: 2, initialRetryTimeInSecs: 0.1, maxRetryTimeInSecs: 1 } });
  const ids = new Map<string, Promise<number>>();
  const protobufIds = new Set<number>();

  const ask = async (subject: string, type: 'AVRO' | 'PROTOBUF' | 'JSON', schema: string): Promise<number> => {
    try {
      const { id } = await registry.register({ type: SchemaType[type], schema }, { subject });
      if (type === 'PROTOBUF') protobufIds.add(id);
      return id;
    } catch (error) {
      if (statusOf(error) === 409) throw new SchemaRefused(`${subject}: ${(error as Error).message}`);
      throw error;
    }
  };

  return {
    register: (subject, type, schema) => {
      const key = `${subject}\n${schema}`;
      const known = ids.get(key);
      if (known !== undefined) return known;
      const asked = ask(subject, type, schema);
      ids.set(key, asked);
      asked.catch(() => ids.delete(key));
      return asked;
    },
    encode: async (id, value) => {
      const body = await registry.encode(id, value);
      if (!protobufIds.has(id)) return body;
      return Buffer.concat([body.subarray(0, 5), Buffer.from([PROTOBUF_FIRST_MESSAGE]), body.subarray(5)]);
    },
    decode: async (body) => {
      const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      const id = buffer.readInt32BE(1);
      let schema: unknown;
      try {
        schema = await registry.getSchema(id);
      } catch (error) {
        if (statusOf(error) === 404) throw new Poison('UnknownSchema', `the registry has no schema ${id}`);
        throw new RegistryAway(`the registry can't be asked for schema ${id}`, { cause: error });
      }
      try {
        return { name: nameOf(schema), value: plain(await registry.decode(buffer)) };
      } catch {
        throw new Poison('Undecodable', `the body does not fit schema ${id}`);
      }
    },
  };
}

const statusOf = (error: unknown): number | undefined => (error as { status?: number } | null)?.status;

/** avsc says `shop.InventoryReserved`, protobufjs keeps the name on the message type. */
function nameOf(schema: unknown): string {
  const { name, message } = schema as { name?: string; message?: { name?: string } };
  return (message?.name ?? name ?? '').split('.').at(-1) ?? '';
}

/** Both libraries answer with classes of their own; a handler gets plain objects and plain numbers. */
function plain(value: unknown): Record<string, unknown> {
  const message = value as Partial<Message>;
  if (message.$type !== undefined) return message.$type.toObject(value as Message, { longs: Number, defaults: true, arrays: true });
  return { ...(value as Record<string, unknown>) };
}
