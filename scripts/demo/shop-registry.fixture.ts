import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../shop/kernel/db/database';
import { openHttpServer } from '../../shop/kernel/http-server/http-server';
import { createLog } from '../../shop/kernel/log';
import { createMetrics } from '../../shop/kernel/metrics';
import { createConverters } from '../../shop/kernel/serialisers/converters';
import { openRegistryClient } from '../../shop/kernel/serialisers/registry-client';
import type { OutgoingEvent } from '../../shop/kernel/events';
import { readCatalogue } from '../../shop/schemas/catalogue';
import { Registry } from '../../shop/services/schema-registry/registry';
import { registryRoutes } from '../../shop/services/schema-registry/routes';
import { SchemaStore } from '../../shop/services/schema-registry/schema-store';

export interface ShopRegistry {
  readonly url: string;
  /** As the shop's services write it: the schema registered under its subject, the body in the Confluent wire format. */
  encode(event: OutgoingEvent, format: 'avro' | 'protobuf'): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The shop's schema registry alone, on a free port. */
export async function startShopRegistry(): Promise<ShopRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-registry-'));
  const registry = new Registry(new SchemaStore(openDatabase(join(folder, 'schemas.db'))));
  const server = await openHttpServer({
    service: 'schema-registry',
    port: 0,
    metrics: createMetrics(),
    log: createLog('schema-registry', 'silent'),
    routes: (app) => registryRoutes(app, registry),
  });
  const parts = { registry: openRegistryClient(server.url, 'test'), catalogue: readCatalogue() };
  return {
    url: server.url,
    encode: async (event, format) => (await createConverters(parts)(format).encode(event)).body,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
