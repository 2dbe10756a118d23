import { fromQueue } from '../../kernel/bindings';

const REQUESTED = ['customer.notification.requested'];

/** One queue for each way to reach somebody. What is pushed is gone when it is not delivered: at most once. */
export const BINDINGS = {
  email: fromQueue('notification-email', REQUESTED),
  sms: fromQueue('notification-sms', REQUESTED),
  push: fromQueue('notification-push', REQUESTED),
} as const;

export type Channel = keyof typeof BINDINGS;
export const CHANNELS = Object.keys(BINDINGS) as readonly Channel[];
