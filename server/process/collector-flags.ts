/** Node's flags for the collector's process. */
export const COLLECTOR_FLAGS: readonly string[] = [];
