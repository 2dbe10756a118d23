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

/** Who listens where. With a base port the addresses are known before anybody is up; without one (0) each instance writes its own in. */
export interface AddressBook {
  port(service: string, instance: number): number;
  /** Called by an instance that listens; after a restart again. */
  enter(service: string, instance: number, url: string): void;
  leave(service: string, instance: number): void;
  /** Of the instances that are up the first. @throws Error when the service has no address */
  find(service: string): string;
}

/** The ports of some services' first instances, where somebody must know them beforehand. */
type FixedPorts = Readonly<Partial<Record<ServiceName, number>>>;

export function openAddressBook(base: number, fixed: FixedPorts = {}): AddressBook {
  const entered = new Map<string, Map<number, string>>();
  const port = (service: string, instance: number): number =>
    (instance === 1 ? fixed[service as ServiceName] : undefined) ??
    (base === 0 ? 0 : base + SERVICE_NAMES.indexOf(service as ServiceName) + (instance - 1) * INSTANCES_APART);
  return {
    port,
    enter: (service, instance, url) => void entered.set(service, (entered.get(service) ?? new Map<number, string>()).set(instance, url)),
    leave: (service, instance) => void entered.get(service)?.delete(instance),
    find: (service) => {
      const instances = [...(entered.get(service) ?? [])].toSorted(([a], [b]) => a - b);
      const url = instances[0]?.[1];
      if (url !== undefined) return url;
      if (base === 0) throw new Error(`${service} is not up`);
      return `http://127.0.0.1:${port(service, 1)}`;
    },
  };
}
