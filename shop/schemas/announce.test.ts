import { describe, expect, it } from 'vitest';
import { SchemaRefused } from '../kernel/serialisers/registry-client';
import { announceSchemas } from './announce';
import { readCatalogue } from './catalogue';

const log = { warn: () => {} };
const catalogue = readCatalogue();

describe('announcing schemas', () => {
  it('[SM7] registers what the service publishes, older versions first', async () => {
    const subjects: string[] = [];
    await announceSchemas('order-service', { register: async (subject) => subjects.push(subject) }, catalogue, log);
    expect(subjects.filter((subject) => subject.startsWith('order.placed'))).toEqual([
      'order.placed.v1.json',
      'order.placed.v1.json',
      'order.placed.v2.json',
    ]);
  });

  it('[SM7] a publisher whose schema is refused does not start', async () => {
    const register = (): Promise<number> => Promise.reject(new SchemaRefused('incompatible'));
    await expect(announceSchemas('inventory-service', { register }, catalogue, log)).rejects.toBeInstanceOf(SchemaRefused);
  });

  it('[SM8] a registry that is away stops nobody', async () => {
    const register = (): Promise<number> => Promise.reject(new Error('ECONNREFUSED'));
    await expect(announceSchemas('inventory-service', { register }, catalogue, log)).resolves.toBeUndefined();
  });
});
