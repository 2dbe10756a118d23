import type { Handlers } from '../../../kernel/service-host';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import { WIRE_UPCASTERS } from '../../../schemas/upcasters';
import type { Orchestrator } from '../orchestrator';
import { sagaIdOf, type Subject } from '../saga-log';

/** Orders that ask for orchestration begin a saga; one that somebody else cancels is undone. */
export const orderHandlers = (orchestrator: Orchestrator): Handlers => ({
  'order.placed': async (event, context) => {
    const { data } = WIRE_UPCASTERS.upcast(event.type, event.version, event.data);
    if (data.fulfilment === 'orchestration') await orchestrator.start(causedBy(event, context), subjectOf(data));
  },
  'order.cancelled': async (event, context) => {
    if (event.saga === undefined)
      await orchestrator.tell(causedBy(event, context), sagaIdOf(String(event.data.orderId)), { kind: 'cancelled' });
  },
});

const subjectOf = (data: Readonly<Record<string, unknown>>): Subject => ({
  orderId: String(data.orderId),
  userId: String(data.userId),
  amount: Number(data.totalAmount),
  items: (data.items as Subject['items']).map(({ productId, quantity }) => ({ productId, quantity })),
});
