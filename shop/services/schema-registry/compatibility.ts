import avro from 'avsc';
import protobuf from 'protobufjs';
import type { SchemaLanguage } from '../../schemas/catalogue';

/**
 * BACKWARD: who has the new schema can read what was written with the old one. Avro by the library's own resolution rules; Protobuf by field
 * number (a number keeps its type and its label, a new one is never `required`); JSON by its fields (what was not required before may not be
 * required now, and a field keeps its type). The answer lists what is wrong; empty is compatible.
 */
export function incompatibilities(language: SchemaLanguage, next: SchemaText, previous: SchemaText): readonly string[] {
  switch (language) {
    case 'AVRO':
      return avroFaults(next, previous);
    case 'PROTOBUF':
      return protobufFaults(next.text, previous.text);
    case 'JSON':
      return jsonFaults(JSON.parse(next.text) as JsonSchema, JSON.parse(previous.text) as JsonSchema, '');
  }
}

/** A schema and the texts that it names, those first that others name. */
export interface SchemaText {
  readonly text: string;
  readonly references: readonly string[];
}

/** @throws Error when the text is no schema of its language. */
export function checkSchema(language: SchemaLanguage, schema: SchemaText): void {
  if (language === 'AVRO') avroType(schema);
  else if (language === 'PROTOBUF') protobuf.parse(schema.text);
  else if (typeof JSON.parse(schema.text) !== 'object') throw new Error('a JSON schema is an object');
}

function avroType({ text, references }: SchemaText): avro.Type {
  const registry = {};
  for (const reference of references) avro.Type.forSchema(JSON.parse(reference) as avro.Schema, { registry });
  return avro.Type.forSchema(JSON.parse(text) as avro.Schema, { registry });
}

function avroFaults(next: SchemaText, previous: SchemaText): string[] {
  try {
    avroType(next).createResolver(avroType(previous));
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function protobufFaults(next: string, previous: string): string[] {
  const now = fieldsOf(next);
  const before = fieldsOf(previous);
  const changed = [...before].flatMap(([number, was]) => {
    const is = now.get(number);
    return is === undefined || is === was ? [] : [`field ${number} was ${was} and is ${is}`];
  });
  const required = [...now]
    .filter(([number, is]) => !before.has(number) && is.startsWith('required'))
    .map(([number]) => `field ${number} is new and required`);
  return [...changed, ...required];
}

/** `Message.number` → `repeated int32`. A field may be renamed: its number is what is on the wire. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  const visit = (namespace: protobuf.NamespaceBase): void => {
    for (const nested of namespace.nestedArray) {
      if (nested instanceof protobuf.Type)
        for (const field of nested.fieldsArray)
          fields.set(
            `${nested.name}.${field.id}`,
            `${field.repeated ? 'repeated ' : field.rule === 'required' ? 'required ' : ''}${field.type}`,
          );
      if (nested instanceof protobuf.Namespace) visit(nested);
    }
  };
  visit(protobuf.parse(text).root);
  return fields;
}

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
}

function jsonFaults(next: JsonSchema, previous: JsonSchema, path: string): string[] {
  if (
    next.type !== undefined &&
    previous.type !== undefined &&
    next.type !== previous.type &&
    !(next.type === 'number' && previous.type === 'integer')
  )
    return [`${path === '' ? 'the value' : path.slice(0, -1)} was ${previous.type} and is ${next.type}`];
  const required = (next.required ?? [])
    .filter((name) => previous.required?.includes(name) !== true)
    .map((name) => `${path}${name} is required and was not`);
  const inside = Object.entries(next.properties ?? {}).flatMap(([name, schema]) => {
    const was = previous.properties?.[name];
    return was === undefined ? [] : jsonFaults(schema, was, `${path}${name}.`);
  });
  const items = next.items === undefined || previous.items === undefined ? [] : jsonFaults(next.items, previous.items, `${path}items.`);
  return [...required, ...inside, ...items];
}
