import { openInstance, type InstanceParts } from './open-instance';
import type { ServiceName } from './kernel/http-server/address-book';
import { startersOf } from './services/starters';

/** An instance at its work. */
export interface StartedInstance {
  /** Intake first, then what was begun, then the connections and the database. */
  stop(): Promise<void>;
  /** Connections and memory are gone at once. */
  crash(): void;
}

/** Opens an instance and starts its service. What fails on the way leaves nothing open. */
export async function startInstance(given: InstanceParts & { readonly service: ServiceName }): Promise<StartedInstance> {
  const made = await openInstance(given);
  try {
    const started = await startersOf[given.service](made.parts);
    return {
      stop: async () => {
        await started.stop();
        await made.stop();
      },
      crash: () => {
        made.crash();
        started.crash();
      },
    };
  } catch (error) {
    made.crash();
    throw error;
  }
}
