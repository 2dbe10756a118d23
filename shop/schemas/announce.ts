import type { HostLog } from '../kernel/host-needs';
import { SchemaRefused, type RegistryClient } from '../kernel/serialisers/registry-client';
import type { SchemaFile } from './catalogue';

/** What each service tells others in its own words. A type belongs to one service; what several may say is nobody's to change. */
const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
  'user-service': ['user.created', 'user.address.changed'],
  'order-service': ['order.created', 'order.placed', 'order.completed', 'order.cancelled', 'customer.notification.requested'],
  'inventory-service': ['inventory.reserved', 'inventory.reservation.failed', 'inventory.committed', 'inventory.released', 'price.changed'],
  'payment-service': ['payment.completed', 'payment.failed', 'payment.refunded', 'ledger.entry.posted'],
  'shipping-service': ['shipment.dispatched', 'shipment.failed', 'shipping.quoted'],
  'saga-orchestrator': ['saga.intervention.required'],
  'loyalty-service': ['loyalty.points.awarded'],
  'reporting-service': ['order.summary', 'report.generated'],
};

/**
 * Registers the schemas of what a service publishes, oldest version first. A registry that is away stops nobody: what is known of it is used, and the
 * outbox keeps the rest. @throws SchemaRefused when a schema would break readers: its publisher must not start
 */
export async function announceSchemas(
  service: string,
  registry: Pick<RegistryClient, 'register'>,
  catalogue: readonly SchemaFile[],
  log: Pick<HostLog, 'warn'>,
): Promise<void> {
  const types = PUBLISHED[service] ?? [];
  const own = catalogue.filter(({ type }) => types.includes(type)).toSorted((a, b) => a.version.localeCompare(b.version));
  for (const { subject, language, text } of own) {
    try {
      await registry.register(subject, language, text);
    } catch (error) {
      if (error instanceof SchemaRefused) throw error;
      return log.warn({ cause: (error as Error).name }, 'the schema registry is away: schemas are registered when they are used');
    }
  }
}
