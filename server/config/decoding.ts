import { z } from 'zod';

/** A registry with Confluent's interface; Apicurio's is at `…/apis/ccompat/v7`. */
export const schemaRegistrySchema = z.strictObject({
  url: z.string().regex(/^https?:\/\//, 'http:// or https://'),
  user: z.string().optional(),
  password: z.string().optional(),
  idBytes: z.union([z.literal(4), z.literal(8)]).default(4),
  ids: z.enum(['content', 'global']).default('content'),
});

/** Protobuf bodies without a registry: the file says what the messages are, the channel which of them. */
export const decodingSchema = z
  .strictObject({
    protobuf: z.array(z.strictObject({ channel: z.string().min(1), file: z.string().min(1), message: z.string().min(1) })).default([]),
  })
  .prefault({});
