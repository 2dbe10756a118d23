import type { Aggregate, AggregateType, DomainEvent } from './aggregate';

/** given (what had happened) / when (what is done) / then (the events it raises, or the error). */
export function given<State, Event extends DomainEvent, Root extends Aggregate<State, Event>>(
  type: AggregateType<State, Event, Root>,
  ...past: readonly Event[]
): { when(act: (root: Root) => void): readonly Event[]; state(): State } {
  const state = past.reduce((sum, event) => type.evolve(sum, event), type.initial);
  return {
    when: (act) => {
      const root = type.create('1', state, past.length);
      act(root);
      return root.pending;
    },
    state: () => state,
  };
}
