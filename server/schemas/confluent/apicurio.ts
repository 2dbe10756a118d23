import { z } from 'zod';
import { AppError } from '@/lib/errors';
import type { RegisteredSchema, SchemaReference } from '../schema-registry';

const references = z.array(
  z.object({ name: z.string(), groupId: z.string().nullish(), artifactId: z.string(), version: z.coerce.string().nullish() }),
);

export interface ApicurioDoor {
  /** Of Apicurio's own interface, without a slash at its end. */
  readonly root: string;
  readonly mostReferences: number;
  text(url: string): Promise<string>;
}

/**
 * Apicurio's own interface lies beside the compatible one; only it knows ids of versions (`globalId`). It gives the bare schema, and its
 * references beside it: with `dereference` a Protobuf schema would come as binary. The compatible interface calls the id of the content `id`.
 */
export async function loadByGlobalId(id: number, door: ApicurioDoor): Promise<RegisteredSchema> {
  const at = `${door.root}/ids/globalIds/${id}`;
  const text = await door.text(at);
  const found = await loadReferences(at, door, new Map());
  return { id, type: typeOfText(text), text, subject: null, version: null, references: [...found.values()] };
}

/** What is referred to before what refers: depth first, each once. */
async function loadReferences(at: string, door: ApicurioDoor, found: Map<string, SchemaReference>): Promise<typeof found> {
  // Older ones know no references.
  const said = await door.text(`${at}/references`).then(parsed, () => []);
  for (const { name, groupId, artifactId, version } of said) {
    if (found.has(name)) continue;
    if (found.size >= door.mostReferences)
      throw new AppError('registry-protocol', `a schema refers to more than ${door.mostReferences} others`);
    // Its place is taken before its own references are looked at: a circle ends here.
    found.set(name, { name, text: '' });
    const artifact = `${door.root}/groups/${encodeURIComponent(groupId ?? 'default')}/artifacts/${encodeURIComponent(artifactId)}`;
    const theirs = version === null || version === undefined ? artifact : `${artifact}/versions/${encodeURIComponent(version)}`;
    const text = await door.text(theirs);
    await loadReferences(theirs, door, found);
    found.delete(name);
    found.set(name, { name, text });
  }
  return found;
}

function parsed(text: string): z.output<typeof references> {
  try {
    return references.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}

/** A bare schema does not say its language. */
function typeOfText(text: string): RegisteredSchema['type'] {
  if (/^\s*[{["]/.test(text) === false) return 'PROTOBUF';
  const value = JSON.parse(text) as unknown;
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : value;
  const isAvro = Array.isArray(value) || (typeof type === 'string' && AVRO_TYPES.has(type));
  return isAvro ? 'AVRO' : 'JSON';
}

/** Those that JSON Schema has no word for. */
const AVRO_TYPES = new Set(['record', 'enum', 'fixed', 'map', 'bytes', 'int', 'long', 'float', 'double']);
