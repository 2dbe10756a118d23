import { withContracts } from '../../../kernel/contracts';
import type { IncomingEvent } from '../../../kernel/events';
import type { HandlerContext, Handlers } from '../../../kernel/service-host';
import { answer } from '../../../kernel/unit-of-work/answer';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { Session, UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import { COMMAND_CONTRACTS } from '../contracts';
import { commit, release, reservationId, reserve } from '../inventory';

/** Orchestration, and the order-service's order to let the pieces go. A command that comes again changes nothing, and is answered again. */
export function commandHandlers(units: UnitOfWork): Handlers {
  const done =
    (act: (session: Session, orderId: string) => void) =>
    ({ orderId }: { readonly orderId: string }, event: IncomingEvent, context: HandlerContext): Promise<void> =>
      units.run(causedBy(event, context), (session) => {
        act(session, orderId);
        answer(session, event, 'ok');
      });
  return withContracts(COMMAND_CONTRACTS, {
    'inventory.reserve': ({ orderId, items }, event, context) =>
      units.run(causedBy(event, context), (session) => {
        const { ok, reason } = reserve(session, orderId, items);
        answer(session, event, ok ? 'ok' : 'failed', ok ? { reservationId: reservationId(orderId) } : { reason });
      }),
    'inventory.commit': done(commit),
    'inventory.release': done(release),
  });
}
