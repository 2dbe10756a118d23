import { WITHOUT_ORDERS } from '../traffic/expected';
import { together } from './messages';
import type { Scenario, Step } from './scenario';

const QUOTES = 20;
const LATE = 5;

const askForQuotes: Step = async ({ customers, plan, seen }) => {
  const answers = await together(QUOTES, (n) =>
    customers.ask('api-gateway', 'POST', '/quotes', { quoteId: `quo-${plan.seed}-${n}`, country: 'EX', weightGrams: 1_200 }),
  );
  seen.set('seen.answers', answers.filter(({ status }) => status === 200).length);
  seen.set('seen.timeouts', answers.filter(({ status }) => status === 504).length);
};

/** Twenty questions by message; five answers come after the asker has given up, and are thrown away. */
export const requestReplyTimeout: Scenario = {
  name: 'request-reply-timeout',
  shows: 'pairs of request and reply, and the missing ones',
  shape: { orders: 1, mix: 'web', lateQuotes: LATE },
  steps: [askForQuotes],
  expected: () => ({ ...WITHOUT_ORDERS, 'seen.answers': QUOTES - LATE, 'seen.timeouts': LATE, 'ignored.late-reply': LATE }),
};
