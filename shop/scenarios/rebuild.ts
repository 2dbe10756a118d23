import type { Scenario, Step } from './scenario';
import { orders, signUp, until, untilSent } from './steps';

const PROJECTIONS = ['orders', 'customers', 'sales'] as const;

/** Rows that are still behind would not be the same: every projection has read the whole log. */
const untilCaughtUp = until(
  'projections at the end of the log',
  async ({ world: { transports } }) => {
    const lags = await Promise.all(PROJECTIONS.map((name) => transports.kafka.lag(`proj-${name}`, 'order-log')));
    return lags.filter((lag) => lag === 0).length;
  },
  PROJECTIONS.length,
);

/** New tables, the whole log again, swap: the rows must be the same. */
const rebuildAll: Step = async ({ customers, seen }) => {
  for (const name of PROJECTIONS) {
    const { status, body } = await customers.ask('query-service', 'POST', `/projections/${name}/rebuild`);
    seen.set(`seen.rebuilt-${name}`, Number(status === 200 && body.before === body.after));
  }
};

export const rebuild: Scenario = {
  name: 'rebuild',
  shows: 'groups rewound to the beginning, then caught up',
  shape: { orders: 50, mix: 'standard' },
  steps: [signUp, orders(), untilSent('ORDER_COMPLETED', ({ plan }) => plan.size), untilCaughtUp, rebuildAll],
  expected: () => Object.fromEntries(PROJECTIONS.map((name) => [`seen.rebuilt-${name}`, 1])),
};
