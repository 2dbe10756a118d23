import { withContracts } from '../../../kernel/contracts';
import type { Handlers } from '../../../kernel/service-host';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import { CONTRACTS } from '../contracts';
import type { Orchestrator } from '../orchestrator';
import { sagaIdOf } from '../saga-log';

/** Orders that ask for orchestration begin a saga; one that somebody else cancels is undone. */
export const orderHandlers = (orchestrator: Orchestrator): Handlers =>
  withContracts(CONTRACTS, {
    'order.placed': async ({ orderId, userId, fulfilment, totalAmount, items }, event, context) => {
      if (fulfilment === 'orchestration')
        await orchestrator.start(causedBy(event, context), { orderId, userId, amount: totalAmount, items });
    },
    'order.cancelled': async ({ orderId }, event, context) => {
      if (event.saga === undefined) await orchestrator.tell(causedBy(event, context), sagaIdOf(orderId), { kind: 'cancelled' });
    },
  });
