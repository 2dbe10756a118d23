import { expect, it } from 'vitest';
import { headerSchemaOf } from './schema-ref';

const of = (name: string, ...bytes: number[]) => headerSchemaOf([{ name, wire: 'kafka', value: Uint8Array.from(bytes) }]);
const guid = [0x89, 0x79, 0x1c, 0x3e, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

it('[G68] reads the schema that a header names: Confluent’s id or GUID with a Protobuf message, Apicurio’s 8 bytes', () => {
  expect(of('__value_schema_id', 0, 0, 0, 1, 2)).toMatchObject({ ref: { by: 'id', id: 258 } });
  expect(of('__value_schema_id', 1, ...guid, 2, 2)).toEqual({
    ref: { by: 'guid', guid: '89791c3e-0001-0203-0405-060708090a0b' },
    path: Uint8Array.of(2, 2),
  });
  expect(of('apicurio.value.contentId', 0, 0, 0, 0, 0, 0, 1, 2)).toMatchObject({ ref: { by: 'content-id', id: 258 } });
  expect(of('apicurio.value.globalId', 0, 0, 0, 0, 0, 0, 0, 7)).toMatchObject({ ref: { by: 'global-id', id: 7 } });
});

it('[G68] what is too short, zero, or beyond what a number holds is none', () => {
  expect(of('__value_schema_id', 0, 0, 0, 0, 0)).toBeNull();
  expect(of('__value_schema_id', 1, 2, 3)).toBeNull();
  expect(of('__value_schema_id', 9, ...guid)).toBeNull();
  expect(of('apicurio.value.globalId', 7)).toBeNull();
  expect(of('apicurio.value.globalId', 255, 0, 0, 0, 0, 0, 0, 7)).toBeNull();
  expect(of('__key_schema_id', 0, 0, 0, 1, 2)).toBeNull();
});
