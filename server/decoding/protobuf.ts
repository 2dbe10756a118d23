import protobuf from 'protobufjs';
import 'protobufjs/ext/descriptor/index.js';
import type { DecodeSchema } from './decode-job';

/** By path of indexes (registry) or by full name (configuration). @throws Error when the schema or the bytes are no Protobuf */
export function compileProtobuf(schema: DecodeSchema): (bytes: Uint8Array, message: readonly number[] | string) => unknown {
  const root = schema.descriptor === undefined ? rootOfText(schema) : rootOfDescriptor(schema.descriptor);
  root.resolveAll();
  return (bytes, message) => {
    const type = root.lookupType(typeof message === 'string' ? message : nameAt(schema.text, message));
    return type.toObject(type.decode(bytes), { longs: String, enums: String, arrays: false, objects: false, defaults: false });
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

/** The full name of the message that the indexes lead to, in the order of the file. */
function nameAt(text: string, path: readonly number[]): string {
  const own = new protobuf.Root();
  const { package: pack } = protobuf.parse(text, own, { keepCase: true });
  let at: protobuf.NamespaceBase = pack === undefined ? own : ((own.lookup(pack) as protobuf.Namespace | null) ?? own);
  for (const index of path) {
    const types = at.nestedArray.filter((one) => one instanceof protobuf.Type);
    const next = types[index];
    if (next === undefined) throw new Error(`the schema has no message ${path.join('.')}`);
    at = next;
  }
  return at.fullName.replace(/^\./, '');
}
