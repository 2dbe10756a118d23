import { Aggregate, type AggregateType } from './aggregate';

interface Added {
  readonly type: 'COUNTER_ADDED';
  readonly data: { readonly by: number };
}

/** The smallest aggregate. */
export class Counter extends Aggregate<{ readonly sum: number }, Added> {
  static readonly type: AggregateType<{ readonly sum: number }, Added, Counter> = {
    name: 'counter',
    initial: { sum: 0 },
    evolve: ({ sum }, { data }) => ({ sum: sum + data.by }),
    create: (id, state, version) => new Counter(id, state, version, Counter.type.evolve),
  };

  add(by: number): void {
    this.raise({ type: 'COUNTER_ADDED', data: { by } });
  }
}
