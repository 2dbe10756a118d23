/** The services in the order of their ports: the first instance of service n listens on base + n, the next one 50 higher. */
export const SERVICE_NAMES = [
  'api-gateway',
  'user-service',
  'order-service',
  'inventory-service',
  'payment-service',
  'shipping-service',
  'saga-orchestrator',
  'loyalty-service',
  'reporting-service',
  'notification-service',
  'query-service',
  'audit-service',
  'schema-registry',
] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

const INSTANCES_APART = 50;

/** Who listens where. With a base port the addresses are known before anybody is up; without one (0) each service writes its own in. */
export interface AddressBook {
  port(service: string, instance: number): number;
  /** Called by a service that listens. */
  enter(service: string, url: string): void;
  /** @throws Error when the service has no address yet. */
  find(service: string): string;
}

export function openAddressBook(base: number): AddressBook {
  const entered = new Map<string, string>();
  const port = (service: string, instance: number): number =>
    base === 0 ? 0 : base + SERVICE_NAMES.indexOf(service as ServiceName) + (instance - 1) * INSTANCES_APART;
  return {
    port,
    enter: (service, url) => {
      if (!entered.has(service)) entered.set(service, url);
    },
    find: (service) => {
      const url = entered.get(service);
      if (url !== undefined) return url;
      if (base === 0) throw new Error(`${service} has no address yet`);
      return `http://127.0.0.1:${port(service, 1)}`;
    },
  };
}
