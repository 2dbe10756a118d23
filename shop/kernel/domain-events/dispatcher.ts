import type { RecordedEvent } from '../event-store/event-store';

type Listener = (event: RecordedEvent) => void;

/** Tells the rest of the process what has happened, after the commit and in order. A listener that throws harms nobody else. */
export class DomainEventDispatcher {
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(private readonly onError: (error: unknown, event: RecordedEvent) => void) {}

  /** `*` hears every type. The answer ends it. */
  on(type: string, listener: Listener): () => void {
    const set = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, set.add(listener));
    return () => void set.delete(listener);
  }

  dispatch(events: readonly RecordedEvent[]): void {
    for (const event of events)
      for (const listener of [...(this.listeners.get(event.type) ?? []), ...(this.listeners.get('*') ?? [])]) {
        try {
          listener(event);
        } catch (error) {
          this.onError(error, event);
        }
      }
  }
}
