import { expect, it } from 'vitest';
import { headerSchemaOf } from './schema-ref';

const header = (name: string, value: Uint8Array) => ({ name, wire: 'kafka', value });
const of = (name: string, ...bytes: number[]) => headerSchemaOf([header(name, Uint8Array.from(bytes))]);
const guid = [0x89, 0x79, 0x1c, 0x3e, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

it('[G68] reads the schema that a header names: Confluent’s id or GUID with a Protobuf message, Apicurio’s 8 bytes', () => {
  expect(of('__value_schema_id', 0, 0, 0, 1, 2)).toMatchObject({ ref: { by: 'id', id: 258 } });
  expect(of('__value_schema_id', 1, ...guid, 2, 2)).toEqual({
    ref: { by: 'guid', guid: '89791c3e-0001-0203-0405-060708090a0b' },
    path: Uint8Array.of(2, 2),
    message: null,
    asJson: false,
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

it('[G71] a key’s schema stands in headers of its own, and what Apicurio says of the payload beside it', () => {
  const text = (name: string, said: string) => header(name, new TextEncoder().encode(said));
  const headers = [
    header('apicurio.value.contentId', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9)),
    text('apicurio.value.msgType', 'shop.v1.Shipment'),
    text('apicurio.protobuf.type', 'Shipment'),
    header('apicurio.key.globalId', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 7)),
    text('apicurio.key.encoding', 'JSON'),
    text('apicurio.protobuf.type.key', 'ShipmentKey'),
  ];
  expect(headerSchemaOf(headers)).toMatchObject({ ref: { by: 'content-id', id: 9 }, message: 'Shipment', asJson: false });
  expect(headerSchemaOf(headers, 'key')).toMatchObject({ ref: { by: 'global-id', id: 7 }, message: 'ShipmentKey', asJson: true });
  expect(headerSchemaOf([header('__key_schema_id', Uint8Array.of(0, 0, 0, 1, 2))], 'key')).toMatchObject({ ref: { by: 'id', id: 258 } });
  expect(headerSchemaOf(headers.slice(0, 3), 'key')).toBeNull();
});
