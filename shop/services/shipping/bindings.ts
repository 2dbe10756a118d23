import { fromQueue } from '../../kernel/bindings';

/** What the shipping-service reads. */
export const SHIPPING_BINDINGS = {
  payments: fromQueue('shipping-service-queue', ['payment.completed'], { guarantee: 'effectively-once' }),
  commands: fromQueue('shipping-commands', ['shipping.dispatch', 'shipping.cancel']),
  quotes: fromQueue('shipping-quotes', ['shipping.quote']),
};
