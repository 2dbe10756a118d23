import type { Consumer } from '../../transport/port';

/** How a binding's messages come, and what is known of those that wait. */
export interface Reader {
  /** One more consumer of the queue, or member of the group. */
  open(): Promise<Consumer>;
  /** Resolves when nothing that was begun is unfinished. */
  drained(): Promise<void>;
  /** Messages or records that wait. */
  lag(): Promise<number>;
}
