import type { Cause } from '../unit-of-work/cause';
import type { Session, UnitOfWork } from '../unit-of-work/unit-of-work';

/** Something to be done, by name: what it needs, and what whoever gives it is told at once. */
export interface Command {
  readonly params: object;
  readonly result: unknown;
}

export type Commands = Readonly<Record<string, Command>>;

type HandlersOf<C extends Commands> = { readonly [Name in keyof C]: (session: Session, params: C[Name]['params']) => C[Name]['result'] };

export interface CommandBus<C extends Commands> {
  /**
   * Carries a command out in one unit of work; `then` belongs to the same commit. Who gives it (a request, a message, a program) knows no aggregate.
   * @throws what the handler throws, and then nothing is written; ConflictError, OutboxFull
   */
  execute<Name extends keyof C & string>(
    cause: Cause,
    name: Name,
    params: C[Name]['params'],
    then?: (session: Session) => void,
  ): Promise<C[Name]['result']>;
}

/** Each command has one handler: facts are for many, commands for one. */
export const createCommandBus = <C extends Commands>(units: Pick<UnitOfWork, 'run'>, handlers: HandlersOf<C>): CommandBus<C> => ({
  execute: (cause, name, params, then) =>
    units.run(cause, (session) => {
      const result = handlers[name](session, params);
      then?.(session);
      return result;
    }),
});
