import type { Upcasters } from '../upcast/upcasters';

/** A fact within one aggregate, named in capitals: `ORDER_PLACED`. What other services are told is derived from it. */
export interface DomainEvent {
  readonly type: string;
  readonly data: object;
}

/** How a stream of events becomes an aggregate. `evolve` is pure and knows every event that was ever stored. */
export interface AggregateType<State, Event extends DomainEvent, Root extends Aggregate<State, Event>> {
  /** The stream's name is `<name>-<id>`. */
  readonly name: string;
  readonly initial: State;
  evolve(state: State, event: Event): State;
  create(id: string, state: State, version: number): Root;
  readonly upcasters?: Upcasters;
  /** Version in which new events are stored; 1.0.0 without it. */
  schemaVersionOf?(type: Event['type']): string;
  /** To be raised when the shape of State changes: older snapshots are then not used. */
  readonly snapshotVersion?: number;
}

/**
 * The consistency boundary. Its methods check the rules and `raise` events; a raised event changes the state at once and waits in `pending` until the
 * unit of work stores it.
 */
export abstract class Aggregate<State, Event extends DomainEvent> {
  private readonly raised: Event[] = [];

  constructor(
    readonly id: string,
    private current: State,
    /** Of the last stored event; 0 is a stream without any. */
    readonly version: number,
    private readonly evolve: (state: State, event: Event) => State,
  ) {}

  get state(): State {
    return this.current;
  }

  get pending(): readonly Event[] {
    return this.raised;
  }

  protected raise(event: Event): void {
    this.current = this.evolve(this.current, event);
    this.raised.push(event);
  }
}

/** The domain forbids it now and for ever: a command answered so is answered `failed`, and no repetition helps. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    /** `INSUFFICIENT_STOCK`, `ORDER_ALREADY_CANCELLED` … */
    readonly code: string,
    message = code,
  ) {
    super(message);
  }
}

/** The news is ahead of what it builds on: to be tried again a little later. */
export class TooEarly extends Error {
  override readonly name = 'TooEarly';
}
