import { fromQueue, fromTopic } from '../../kernel/bindings';
import * as contracts from './contracts';

const typesOf = (contract: object): string[] => Object.keys(contract);

/** Five groups and two queues, each with another promise. */
export const BINDINGS = {
  /** Losing a click is nothing, waiting for one is: committed as it comes, worked on by the hundred. */
  activity: fromTopic('user-activity', 'reporting-activity', typesOf(contracts.ACTIVITY_CONTRACTS), {
    guarantee: 'at-most-once',
    start: 'latest',
    autoCommit: true,
    recordsPerPoll: 1_000,
    isolation: 'read_uncommitted',
    batch: { size: 100, waitMs: 1_000 },
  }),
  /** Consume, transform, produce: the summaries and the position are one transaction. Members come and go with the lag. */
  summary: fromTopic('order-events', 'reporting-summary', typesOf(contracts.SUMMARY_CONTRACTS), {
    guarantee: 'exactly-once',
    recordsPerPoll: 50,
    concurrency: { min: 1, max: 4, lag: 200 },
    batch: { size: 50, waitMs: 100 },
  }),
  /** Money: nothing of a transfer that was taken back is ever seen. */
  ledger: fromTopic('payment-ledger', 'reporting-ledger', typesOf(contracts.LEDGER_CONTRACTS), { isolation: 'read_committed' }),
  /** Nobody has touched it for years. It reads what it knows, and buries the rest as a sink connector does. */
  legacy: fromTopic('order-events', 'reporting-legacy', typesOf(contracts.LEGACY_CONTRACTS), {
    highestMajor: 1,
    errorHandler: 'connect-dlq',
    ladder: [],
  }),
  prices: fromQueue('reporting-prices', typesOf(contracts.PRICE_CONTRACTS)),
  work: fromQueue('reports-work', typesOf(contracts.WORK_CONTRACTS), { guarantee: 'effectively-once' }),
};
