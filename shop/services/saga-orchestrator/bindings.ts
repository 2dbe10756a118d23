import { fromQueue, fromTopic } from '../../kernel/bindings';
import { STEPS, UNDO } from './domain/order-saga';

/** What the orchestrator reads: orders that are its to carry out, and the answers to its commands. */
export const SAGA_BINDINGS = {
  orders: fromTopic('order-events', 'saga-orchestrator', ['order.placed', 'order.cancelled'], { guarantee: 'effectively-once' }),
  answers: fromQueue(
    'saga-orchestrator-replies',
    [...STEPS, ...Object.values(UNDO)].flatMap((command) => [`${command}.ok`, `${command}.failed`]),
  ),
};
