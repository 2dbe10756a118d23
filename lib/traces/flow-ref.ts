/**
 * A flow is named by one id that its events share, where no trace id is said: `~o-42`. It stands wherever a trace id stands (addresses, lists);
 * no trace id begins with `~`.
 */
export const flowOf = (id: string): string => `~${id}`;

/** The id behind the `~`, or `null` for a trace id. */
export const flowRef = (traceId: string): string | null => (traceId.startsWith('~') ? traceId.slice(1) : null);
