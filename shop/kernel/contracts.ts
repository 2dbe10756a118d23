import type { z } from 'zod';
import { Poison, type IncomingEvent } from './events';
import type { HandlerContext, Handlers } from './service-host';

/**
 * What a consumer needs of the events that it reads, by type: no more than it uses, so that a publisher may add fields. Each service keeps its
 * own in `contracts.ts`, and a test holds every producer's samples against them.
 */
export type Contracts = Readonly<Record<string, z.ZodType>>;

type HandlersOf<C extends Contracts> = {
  readonly [Type in keyof C]: (data: z.infer<C[Type]>, event: IncomingEvent, context: HandlerContext) => Promise<void>;
};

/** Handlers that see data in the shape of their contract. What does not have it is a dead letter at once: `InvalidMessage`, with the path. */
export function withContracts<C extends Contracts>(contracts: C, handlers: HandlersOf<C>): Handlers {
  return Object.fromEntries(
    Object.entries(contracts).map(([type, contract]) => [
      type,
      async (event: IncomingEvent, context: HandlerContext): Promise<void> => {
        const read = contract.safeParse(event.data);
        if (!read.success)
          throw new Poison('InvalidMessage', `${type}: ${read.error.issues[0]?.path.join('.')} ${read.error.issues[0]?.code}`);
        await handlers[type as keyof C](read.data as never, event, context);
      },
    ]),
  );
}
