import type { Scenario, Step } from './scenario';
import { orders, signUp, untilSent } from './steps';

const PROJECTIONS = ['orders', 'customers', 'sales'] as const;

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
  steps: [signUp, orders(), untilSent('order.completed', ({ plan }) => plan.size), rebuildAll],
  expected: () => Object.fromEntries(PROJECTIONS.map((name) => [`seen.rebuilt-${name}`, 1])),
};
