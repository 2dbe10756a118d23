import type { Handler, Handlers } from '../../../kernel/service-host';
import { answer } from '../../../kernel/unit-of-work/answer';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { Session, UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import { commit, release, reservationId, reserve } from '../inventory';
import { linesOf } from './on-orders';

/** Orchestration, and the order-service's order to let the pieces go. A command that comes again changes nothing, and is answered again. */
export function commandHandlers(units: UnitOfWork): Handlers {
  const done =
    (act: (session: Session, orderId: string) => void): Handler =>
    async (event, context) => {
      const orderId = String(event.data.orderId);
      await units.run(causedBy(event, context), (session) => {
        act(session, orderId);
        answer(session, event, 'ok');
      });
    };
  return {
    'inventory.reserve': async (event, context) => {
      const orderId = String(event.data.orderId);
      await units.run(causedBy(event, context), (session) => {
        const { ok, reason } = reserve(session, orderId, linesOf(event.data.items));
        answer(session, event, ok ? 'ok' : 'failed', ok ? { reservationId: reservationId(orderId) } : { reason });
      });
    },
    'inventory.commit': done(commit),
    'inventory.release': done(release),
  };
}
