import { fromQueue } from '../../kernel/bindings';

/** What the loyalty-service reads: what happens while it is away waits for it. */
export const LOYALTY_BINDINGS = {
  news: fromQueue('loyalty-service-queue', ['payment.completed', 'user.created'], { guarantee: 'effectively-once' }),
};
