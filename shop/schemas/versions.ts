import type { Versions } from '../kernel/subscriber/work';
import type { SchemaFile } from './catalogue';
import { WIRE_UPCASTERS } from './upcasters';

/** What today's program can read: every version in the catalogue, as the newest one. A higher major is not understood. */
export function versionsOf(catalogue: readonly SchemaFile[]): Versions {
  const highest = new Map<string, number>();
  for (const { type, version } of catalogue) highest.set(type, Math.max(highest.get(type) ?? 0, Number(version.split('.')[0])));
  return {
    highestMajor: (type) => highest.get(type) ?? Infinity,
    upcast: (type, version, data) => WIRE_UPCASTERS.upcast(type, version, data),
  };
}
