import type { CommandBus } from '../../../kernel/buses/command-bus';
import { withContracts } from '../../../kernel/contracts';
import { DomainError } from '../../../kernel/domain-events/aggregate';
import type { IncomingEvent } from '../../../kernel/events';
import type { HandlerContext, Handlers } from '../../../kernel/service-host';
import { answer } from '../../../kernel/unit-of-work/answer';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import { COMMAND_CONTRACTS } from '../contracts';
import type { OrderCommands } from '../order-commands';

/** Commands that come as messages. The answer is stored with what was done; one that the order's rules forbid is answered `failed`. */
export function commandHandlers(commands: CommandBus<OrderCommands>, units: Pick<UnitOfWork, 'run'>): Handlers {
  const command =
    <Name extends keyof OrderCommands>(name: Name) =>
    async (params: OrderCommands[Name]['params'], event: IncomingEvent, context: HandlerContext): Promise<void> => {
      const cause = causedBy(event, context);
      try {
        await commands.execute(cause, name, params, (session) => answer(session, event, 'ok'));
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        await units.run(cause, (session) => answer(session, event, 'failed', { reason: error.code }));
      }
    };
  return withContracts(COMMAND_CONTRACTS, {
    'order.process': command('order.process'),
    'order.complete': command('order.complete'),
    'order.cancel': command('order.cancel'),
  });
}
