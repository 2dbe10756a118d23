/** What the host needs of the rest; the composition root hands in the real ones. */
export interface HostConfig {
  /** Every wait goes through it: nominal milliseconds to real ones. */
  time(ms: number): number;
  readonly trace: 'full' | 'ids' | 'none';
}

/** pino's shape. Never a body. */
export interface HostLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** What publishers and subscribers count. */
export interface HostMetrics {
  published(exchange: string, routingKey: string): void;
  processed(inbox: string, status: 'success' | 'failed', seconds: number): void;
  deadLetter(cause: string): void;
  duplicateSkipped(inbox: string): void;
  /** Acknowledged without effect. */
  ignored(inbox: string, why: 'no-handler' | 'late-reply'): void;
  returned(exchange: string, routingKey: string): void;
  /** A negative confirm. */
  refused(exchange: string, routingKey: string): void;
  /** Messages that wait in a queue, or records before a group (`topic:group`). */
  lag(queue: string, records: number): void;
  /** Consumers of a queue or members of a group that this instance has now. */
  members(inbox: string, count: number): void;
}
