/** What the decoding process is asked; plain data, so that it travels. `json-check` gives the list of what JSON breaks of its schema. */
export interface DecodeJob {
  readonly format: 'avro' | 'protobuf' | 'json' | 'msgpack' | 'cbor' | 'json-check';
  readonly bytes: Uint8Array;
  readonly schema?: DecodeSchema | undefined;
  /** Protobuf: the message's name without its package, where a header says it. */
  readonly named?: string | undefined;
}

export interface DecodeSchema {
  /** The same key is the same schema: what was compiled is kept by it. */
  readonly key: string;
  readonly text: string;
  readonly references: readonly { readonly name: string; readonly text: string }[];
  /** A descriptor set (`protoc --descriptor_set_out`) instead of text. */
  readonly descriptor?: Uint8Array | undefined;
  /** The message's full name, where it does not stand in the record. */
  readonly message?: string | undefined;
}

/** JSON text, or why there is none. */
export type DecodeAnswer = { readonly text: string } | { readonly problem: string };
