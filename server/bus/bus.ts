import type { Announcements, Commands } from '@/lib/contract/bus-messages';

export type { Announcements, Commands };

/**
 * The bus between the collector and the web half: announcements one way, commands with answers the other.
 * Promises (docs/spec/bus.md, proved by `bus.contract.ts`): [B1] announcements arrive in order, at most once; [B2] a command gets exactly
 * one answer or one named failure: `bus-peer-gone`, `bus-timeout`, `bus-no-handler`, or the handler's own AppError code; [B3] a peer that
 * goes or comes is said through `onPeer`; [B4] a peer that does not read costs bounded memory: announcements are dropped and counted,
 * commands are not.
 * Payloads are plain data plus Uint8Array and Map (whatever the structured clone takes).
 */
export interface Bus {
  announce<T extends keyof Announcements>(topic: T, payload: Announcements[T]): void;
  onAnnouncement<T extends keyof Announcements>(topic: T, listener: (payload: Announcements[T]) => void): () => void;
  /** `timeoutMs` defaults to 10,000. */
  ask<C extends keyof Commands>(
    command: C,
    request: Commands[C]['request'],
    options?: { readonly timeoutMs?: number },
  ): Promise<Commands[C]['answer']>;
  answer<C extends keyof Commands>(command: C, handler: CommandHandler<C>): void;
  /** Called at once with the present state, then at each change. */
  onPeer(listener: (present: boolean) => void): () => void;
  /** Announcements dropped because the peer did not read [B4]. */
  dropped(): number;
  close(): Promise<void>;
}

export type CommandHandler<C extends keyof Commands> = (request: Commands[C]['request']) => Promise<Commands[C]['answer']>;
