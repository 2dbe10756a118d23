/** Between the embedded store's process and the one that started it. The secret travels here, never in arguments or the environment. */
export type ToChild =
  | {
      readonly kind: 'open';
      readonly directory: string;
      readonly database: string;
      readonly memoryMb: number;
      /** 0 = any free one; after a restart the one it had, so that everybody's address stays good. */
      readonly port: number;
      readonly user: string;
      readonly password: string;
    }
  | { readonly kind: 'close' };

export type FromChild =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** On every answer of the embedded store: how `openStore` knows it from a server. */
export const EMBEDDED_HEADER = 'x-eventyard-embedded';
