import { toExchange } from '../channels';
import type { IncomingEvent } from '../events';
import type { Session } from './unit-of-work';

/**
 * Answers a command that waits for one: `payment.charge.ok`, `payment.charge.failed`. The answer is stored with the effect, and a command that comes again
 * is answered again, with the same id.
 */
export function answer(
  session: Session,
  command: IncomingEvent,
  outcome: 'ok' | 'failed',
  data: Readonly<Record<string, unknown>> = {},
): void {
  if (command.replyTo === null) return;
  session.send({
    type: `${command.type}.${outcome}`,
    key: command.key,
    data: { orderId: command.data.orderId, ...data },
    channels: [toExchange('shop.replies', { key: command.replyTo })],
    origin: command.id,
    originVersion: 'answer',
  });
}
