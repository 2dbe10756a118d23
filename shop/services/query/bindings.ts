import { fromTopic } from '../../kernel/bindings';
import { LOG_CONTRACTS } from './contracts';

export const groupOf = (projection: string): string => `proj-${projection}`;

/** A projection that cannot go on stops and says so: skipping an event would make every later answer wrong. */
export const projectionBinding = (projection: string) =>
  fromTopic('order-log', groupOf(projection), Object.keys(LOG_CONTRACTS), { errorHandler: 'stop', recordsPerPoll: 50 });

export const SUMMARY_BINDING = fromTopic('order-summary', 'query-summary', ['order.summary']);
