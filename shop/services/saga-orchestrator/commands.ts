import { toExchange } from '../../kernel/channels';
import type { Message } from '../../kernel/unit-of-work/unit-of-work';
import type { Command, Saga } from './domain/order-saga';
import { sagaIdOf, type Subject } from './saga-log';

const SAGA_TYPE = 'order-saga';

/** A command as it goes out. Its id belongs to saga and step: sent again it is the same command, another attempt. */
export function commandMessage(command: Command, attempt: number, subject: Subject, saga: Saga): Message {
  const id = sagaIdOf(subject.orderId);
  return {
    type: command,
    key: subject.orderId,
    data: { orderId: subject.orderId, ...needs(command, subject, saga) },
    channels: [toExchange('shop.commands')],
    replyTo: SAGA_TYPE,
    saga: { id, type: SAGA_TYPE, step: command, attempt },
    origin: id,
    originVersion: command,
  };
}

function needs(command: Command, { userId, amount, items }: Subject, { answers, reason }: Saga): object {
  switch (command) {
    case 'inventory.reserve':
      return { items };
    case 'payment.charge':
      return { userId, amount };
    case 'order.complete':
      return { paymentId: answers.paymentId, shipmentId: answers.shipmentId };
    case 'order.cancel':
      return { reason: reason ?? 'CANCELLED' };
    default:
      return {};
  }
}

/** An undo that can't be done by a program. */
export function interventionMessage(step: Command, subject: Subject, reason: string): Message {
  const id = sagaIdOf(subject.orderId);
  return {
    type: 'saga.intervention.required',
    key: subject.orderId,
    data: { sagaId: id, orderId: subject.orderId, step, reason },
    channels: [toExchange('ecommerce.events')],
    saga: { id, type: SAGA_TYPE, step, attempt: 1 },
    origin: id,
    originVersion: `intervention-${step}`,
  };
}
