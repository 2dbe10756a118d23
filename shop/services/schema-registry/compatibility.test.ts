import { describe, expect, it } from 'vitest';
import { readCatalogue, recordName } from '../../schemas/catalogue';
import { incompatibilities } from './compatibility';

const text = (value: unknown) => ({ text: typeof value === 'string' ? value : JSON.stringify(value), references: [] });
const record = (...fields: unknown[]) => text({ type: 'record', name: 'A', fields });
const proto = (...fields: string[]) => text(`syntax = "proto2"; message A { ${fields.join(' ')} }`);

describe('compatibility', () => {
  it('[SM7] Avro: a new field needs a default, a type may widen', () => {
    const old = record({ name: 'a', type: 'int' });
    expect(incompatibilities('AVRO', record({ name: 'a', type: 'long' }, { name: 'b', type: 'int', default: 0 }), old)).toEqual([]);
    expect(incompatibilities('AVRO', record({ name: 'a', type: 'int' }, { name: 'b', type: 'int' }), old)).toHaveLength(1);
    expect(incompatibilities('AVRO', record({ name: 'a', type: 'string' }), old)).toHaveLength(1);
  });

  it('[SM7] Protobuf: a number keeps its type, a name may change', () => {
    const old = proto('optional int32 a = 1;');
    expect(incompatibilities('PROTOBUF', proto('optional int32 renamed = 1;', 'optional string b = 2;'), old)).toEqual([]);
    expect(incompatibilities('PROTOBUF', proto('optional string a = 1;'), old)).toEqual(['field A.1 was int32 and is string']);
    expect(incompatibilities('PROTOBUF', proto('optional int32 a = 1;', 'required string b = 2;'), old)).toEqual([
      'field A.2 is new and required',
    ]);
  });

  it('[SM7] JSON: nothing new is required, nothing changes its type', () => {
    const schema = (properties: Record<string, unknown>, required: string[]) => text({ type: 'object', properties, required });
    const old = schema({ a: { type: 'integer' }, list: { type: 'array', items: { type: 'string' } } }, ['a']);
    expect(incompatibilities('JSON', schema({ a: { type: 'number' }, b: { type: 'string' } }, ['a']), old)).toEqual([]);
    expect(incompatibilities('JSON', schema({ a: { type: 'string' } }, ['a']), old)).toEqual(['a was integer and is string']);
    expect(incompatibilities('JSON', schema({}, ['a', 'b']), old)).toEqual(['b is required and was not']);
    expect(incompatibilities('JSON', schema({ list: { type: 'array', items: { type: 'number' } } }, []), old)).toHaveLength(1);
  });

  it('[SM1] [SM7] each minor version of the catalogue follows the one before it; a major that needs no break would be a minor', () => {
    const catalogue = readCatalogue();
    for (const schema of catalogue) {
      const [previous] = catalogue
        .filter(({ subject, language, version }) => subject === schema.subject && language === schema.language && version < schema.version)
        .toSorted((a, b) => b.version.localeCompare(a.version));
      if (previous !== undefined)
        expect(incompatibilities(schema.language, text(schema.text), text(previous.text)), schema.type).toEqual([]);
      if (schema.language === 'AVRO') expect((JSON.parse(schema.text) as { name: string }).name).toBe(recordName(schema.type));
      if (schema.language === 'PROTOBUF') expect(schema.text).toContain(`message ${recordName(schema.type)} {`);
    }
    const of = (version: string) => text(catalogue.find((schema) => schema.type === 'order.placed' && schema.version === version)?.text);
    expect(incompatibilities('JSON', of('2.0.0'), of('1.1.0'))).not.toEqual([]);
  });
});
