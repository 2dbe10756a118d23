import { conflict } from '../../kernel/http-server/http-errors';
import { load } from '../../kernel/event-store/repository';
import type { Cause } from '../../kernel/unit-of-work/cause';
import type { Session } from '../../kernel/unit-of-work/unit-of-work';
import type { State } from '../../kernel/unit-of-work/open-state';
import { Order } from './domain/order';
import type { OrderDetails } from './domain/order-events';

export interface Accepted {
  readonly orderId: string;
  readonly version: number;
}

/** The commands of the order-service, whoever gives them: a request, a message, a reaction to what others did. */
export class Orders {
  constructor(private readonly state: State) {}

  /** Creating the same order again answers as the first time. */
  create(cause: Cause, orderId: string, details: OrderDetails): Promise<Accepted> {
    return this.change(cause, orderId, (order) => order.create(details));
  }

  /** @param expected the version that the caller has seen; a newer one is a conflict */
  async cancel(cause: Cause, orderId: string, reason: string, expected?: number): Promise<Accepted> {
    const { version } = load(this.state.store, Order.type, orderId);
    if (expected !== undefined && version !== expected) throw conflict('the order has changed', { version });
    return this.change(cause, orderId, (order) => order.cancel(reason));
  }

  /** One step of one order, and whatever else belongs to the same commit. */
  change(cause: Cause, orderId: string, act: (order: Order, session: Session) => void): Promise<Accepted> {
    return this.state.units.run(cause, (session) => {
      const order = session.load(Order.type, orderId);
      act(order, session);
      return { orderId, version: order.version + order.pending.length };
    });
  }
}
