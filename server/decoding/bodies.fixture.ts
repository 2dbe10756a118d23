import type { ConfluentSettings } from '../schemas/confluent/confluent-registry';
import { openConfluentRegistry } from '../schemas/confluent/confluent-registry';
import { Bodies } from './bodies';
import { openDecoder } from './decoder';

/** Bodies of the broker `kafka`, by one registry and a decoder of their own; to be closed. */
export const bodiesOver = (url: string, settings: Partial<ConfluentSettings> = {}): Bodies =>
  new Bodies({
    registries: new Map([['kafka', openConfluentRegistry({ url, ...settings })]]),
    protobuf: [],
    decoder: openDecoder(),
  });
