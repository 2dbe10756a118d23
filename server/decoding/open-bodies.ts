import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { AppError } from '@/lib/errors';
import type { Config } from '../config/schema';
import type { SchemaRegistry } from '../schemas/schema-registry';
import { Bodies, type ProtobufChannel } from './bodies';
import { openDecoder } from './decoder';

/**
 * Bodies as the configuration wants them decoded. Nothing is asked of a registry until the first body needs it; a descriptor file is read now.
 * @throws AppError `config` when a descriptor file can't be read
 */
export function openBodies(config: Config, registries: ReadonlyMap<string, SchemaRegistry>): Bodies {
  return new Bodies({ registries, protobuf: config.decoding.protobuf.map(readChannel), decoder: openDecoder() });
}

/** `.proto` is text, everything else a descriptor set (`protoc --include_imports --descriptor_set_out`). */
function readChannel({ channel, file, message }: Config['decoding']['protobuf'][number]): ProtobufChannel {
  const path = resolve(file);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    throw new AppError('config', `decoding.protobuf: the file ${path} cannot be read`);
  }
  const isText = extname(path) === '.proto';
  const schema = {
    key: `${path}#${message}`,
    text: isText ? bytes.toString('utf8') : '',
    references: [],
    descriptor: isText ? undefined : new Uint8Array(bytes),
    message,
  };
  return { channel, message, schema };
}
