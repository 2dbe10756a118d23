/** Another way for the data of a large insert than the request's body: puts it where the store finds it; `null` when it is to travel in the request. */
export type InsertSpool = (bytes: Uint8Array) => Promise<{
  /** These name it to the store, in place of a body. */
  readonly headers: Record<string, string>;
  readonly remove: () => Promise<void>;
} | null>;
