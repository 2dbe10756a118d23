import protobuf from 'protobufjs';
import 'protobufjs/ext/descriptor/index.js';
import type { DecodeSchema } from './decode-job';

export interface ProtobufMessages {
  /** By path of indexes (Confluent), or by name: full, or without the package (Apicurio). */
  decode(bytes: Uint8Array, message: readonly number[] | string): unknown;
  /** Whether the file itself has a message of that name, given without the package. */
  knows(message: string): boolean;
}

/** @throws Error when the schema, or later the bytes, are no Protobuf */
export function compileProtobuf(schema: DecodeSchema): ProtobufMessages {
  const root = schema.descriptor === undefined ? rootOfText(schema) : rootOfDescriptor(schema.descriptor);
  root.resolveAll();
  const own = schema.descriptor === undefined ? ownMessages(schema.text) : null;
  const names = own === null ? new Map<string, string>() : namesOf(own);
  const nameOf = (message: readonly number[] | string): string =>
    typeof message === 'string' ? (names.get(message) ?? message) : nameAt(own, message);
  return {
    knows: (message) => names.has(message),
    decode(bytes, message) {
      const type = root.lookupType(nameOf(message));
      return type.toObject(type.decode(bytes), { longs: String, enums: String, arrays: false, objects: false, defaults: false });
    },
  };
}

function rootOfText({ text, references }: DecodeSchema): protobuf.Root {
  const root = new protobuf.Root();
  const wanted: string[] = [];
  for (const reference of [...references.map((one) => one.text), text])
    wanted.push(...(protobuf.parse(reference, root, { keepCase: true }).imports ?? []));
  // Google's own types come with the library; whatever else is imported came as a reference.
  for (const name of new Set(wanted)) {
    const common = protobuf.common.get(name);
    if (common?.nested !== undefined) root.addJSON(common.nested);
  }
  return root;
}

function rootOfDescriptor(bytes: Uint8Array): protobuf.Root {
  const { fromDescriptor } = protobuf.Root as unknown as { fromDescriptor(set: Uint8Array): protobuf.Root };
  return fromDescriptor.call(protobuf.Root, bytes);
}

/** The file alone, without what it imports: its package, or where there is none all of it. */
function ownMessages(text: string): protobuf.NamespaceBase {
  const own = new protobuf.Root();
  const { package: pack } = protobuf.parse(text, own, { keepCase: true });
  return pack === undefined ? own : ((own.lookup(pack) as protobuf.Namespace | null) ?? own);
}

/** Full names by the short ones; of two the one nearer to the top of the file. */
function namesOf(own: protobuf.NamespaceBase): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (let level = typesIn(own); level.length > 0; level = level.flatMap(typesIn))
    for (const type of level) if (!names.has(type.name)) names.set(type.name, fullName(type));
  return names;
}

/** The full name of the message that the indexes lead to, in the order of the file. */
function nameAt(own: protobuf.NamespaceBase | null, path: readonly number[]): string {
  let at = own;
  for (const index of path) at = at === null ? null : (typesIn(at)[index] ?? null);
  if (at === null) throw new Error(`the schema has no message ${path.join('.')}`);
  return fullName(at);
}

const typesIn = (one: protobuf.NamespaceBase): readonly protobuf.Type[] => one.nestedArray.filter((it) => it instanceof protobuf.Type);
const fullName = (one: protobuf.ReflectionObject): string => one.fullName.replace(/^\./, '');
