/** A question by name, its parameters, its answer. Who asks knows neither the tables nor the cache behind it. */
export interface Query {
  readonly params: object;
  readonly answer: unknown;
}

export type Queries = Readonly<Record<string, Query>>;

type HandlersOf<Q extends Queries> = { readonly [Name in keyof Q]: (params: Q[Name]['params']) => Q[Name]['answer'] };

export interface QueryBus<Q extends Queries> {
  ask<Name extends keyof Q & string>(name: Name, params: Q[Name]['params']): Q[Name]['answer'];
  /** What was remembered of a question is true no more; without parameters, of all questions of the name. */
  forget<Name extends keyof Q & string>(name: Name, params?: Q[Name]['params']): void;
}

const REMEMBERED = 1_000;

/** Asks a handler once for the same parameters until somebody says that the answer has changed. */
export function createQueryBus<Q extends Queries>(handlers: HandlersOf<Q>): QueryBus<Q> {
  const answers = new Map<string, Map<string, unknown>>();
  const of = (name: string): Map<string, unknown> => {
    const known = answers.get(name) ?? new Map<string, unknown>();
    answers.set(name, known);
    return known;
  };
  return {
    ask: (name, params) => {
      const key = JSON.stringify(params);
      const known = of(name);
      if (known.has(key)) return known.get(key) as Q[typeof name]['answer'];
      const answer = handlers[name](params);
      if (known.size >= REMEMBERED) known.delete(known.keys().next().value as string);
      known.set(key, answer);
      return answer;
    },
    forget: (name, params) => {
      if (params === undefined) of(name).clear();
      else of(name).delete(JSON.stringify(params));
    },
  };
}
