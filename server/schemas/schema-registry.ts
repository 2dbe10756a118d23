import type { SchemaRef } from '@/lib/events/schema-ref';

/** One schema as it is registered. Immutable: an id means the same for ever. */
export interface RegisteredSchema {
  /** In the registry; `null` where only another name of it is known. */
  readonly id: number | null;
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON';
  readonly text: string;
  /** A subject that has it and its version there; `null` when the registry does not tell. */
  readonly subject: string | null;
  readonly version: number | null;
  /** What it refers to, those that others need first. */
  readonly references: readonly SchemaReference[];
}

export interface SchemaReference {
  /** As the schema names it: a full name (Avro), the path of an import (Protobuf). */
  readonly name: string;
  readonly text: string;
}

/**
 * Where schemas are kept. Bounded in memory and time; what it was told once is not asked again, and neither is a failure for a while.
 * @throws AppError `schema-unknown` (the registry has none of that id), `registry-unreachable`, `registry-auth`, `registry-protocol`
 */
export interface SchemaRegistry {
  schema(ref: SchemaRef): Promise<RegisteredSchema>;
  /** How many bytes of a record say the id. */
  readonly idBytes: 4 | 8;
  /** What an id before the payload is: of the schema, or (Apicurio) of one version of it, which is another number. */
  readonly ids: 'content' | 'global';
}
