import type { z } from 'zod';
import { createCommandBus, type CommandBus } from '../../kernel/buses/command-bus';
import { DomainError } from '../../kernel/domain-events/aggregate';
import { conflict } from '../../kernel/http-server/http-errors';
import type { Session, UnitOfWork } from '../../kernel/unit-of-work/unit-of-work';
import type { COMMAND_CONTRACTS } from './contracts';
import { Order } from './domain/order';
import type { OrderDetails } from './domain/order-events';

export interface Accepted {
  readonly orderId: string;
  readonly version: number;
}

type Params<Type extends keyof typeof COMMAND_CONTRACTS> = z.infer<(typeof COMMAND_CONTRACTS)[Type]>;

/** What one may tell the order-service to do, whoever tells it: a request, a message, the orchestrator. */
export type OrderCommands = {
  /** Creating the same order again answers as the first time. */
  readonly 'order.create': { readonly params: { readonly orderId: string; readonly details: OrderDetails }; readonly result: Accepted };
  readonly 'order.process': { readonly params: Params<'order.process'>; readonly result: Accepted };
  readonly 'order.complete': { readonly params: Params<'order.complete'>; readonly result: Accepted };
  /** `seen` is the version that the caller has seen; a newer one is a conflict. */
  readonly 'order.cancel': { readonly params: Params<'order.cancel'> & { readonly seen?: number | undefined }; readonly result: Accepted };
};

export const createOrderCommands = (units: Pick<UnitOfWork, 'run'>): CommandBus<OrderCommands> =>
  createCommandBus<OrderCommands>(units, {
    'order.create': (session, { orderId, details }) => changeOrder(session, orderId, (order) => order.create(details)),
    'order.process': (session, { orderId }) => changeOrder(session, orderId, (order) => order.place()),
    'order.complete': (session, params) => changeOrder(session, params.orderId, (order) => catchUpAndComplete(order, params)),
    'order.cancel': (session, { orderId, reason, seen }) =>
      changeOrder(session, orderId, (order) => {
        if (seen !== undefined && order.version !== seen) throw conflict('the order has changed', { version: order.version });
        order.cancel(reason);
      }),
  });

/** One step of one order. */
export function changeOrder(session: Session, orderId: string, act: (order: Order) => void): Accepted {
  const order = session.load(Order.type, orderId);
  act(order);
  return { orderId, version: order.version + order.pending.length };
}

/** The orchestrator knows of payment and parcel by its answers, which may overtake the news: what it says is written down first. */
function catchUpAndComplete(order: Order, { paymentId, shipmentId }: Params<'order.complete'>): void {
  if (order.state.status === 'cancelled') throw new DomainError('ORDER_ALREADY_CANCELLED');
  if (paymentId !== undefined) order.confirmPayment(paymentId);
  if (shipmentId !== undefined) order.ship(shipmentId);
  order.complete();
}
