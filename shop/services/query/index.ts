import { withContracts } from '../../kernel/contracts';
import { serve } from '../../kernel/http-server/serve';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { SUMMARY_BINDING } from './bindings';
import { SUMMARY_CONTRACTS, type LogEvent } from './contracts';
import { createOrderQueries, VersionWaiters } from './order-queries';
import { ORDER_DETAILS } from './projections/order-details';
import { ORDERS_BY_CUSTOMER } from './projections/orders-by-customer';
import { SALES_BY_HOUR } from './projections/sales-by-hour';
import { Projector } from './projector';
import { queryRoutes } from './routes';
import { Summaries } from './summaries';

/** The reading half: three projections of the order log and one of the summaries, in a database that nobody writes by hand. */
export const startQueryService: StartService = async (parts) => {
  const queries = createOrderQueries(parts.database);
  const waiters = new VersionWaiters();
  const summaries = new Summaries(parts.database);

  const onOrder = ({ data: { orderId, orderVersion } }: LogEvent): void => {
    queries.forget('order', { orderId });
    waiters.reached(orderId, orderVersion);
  };
  const forgetCustomers = (): void => queries.forget('customer');
  const forgetSales = (): void => queries.forget('sales');
  const projectors = {
    orders: new Projector(parts, ORDER_DETAILS, onOrder, () => queries.forget('order')),
    customers: new Projector(parts, ORDERS_BY_CUSTOMER, forgetCustomers, forgetCustomers),
    sales: new Projector(parts, SALES_BY_HOUR, forgetSales, forgetSales),
  };
  const all = Object.values(projectors);
  const server = await serve(parts, (app) =>
    queryRoutes(app, { queries, waiters, summaries, projectors, time: (ms) => parts.config.time(ms) }),
  );
  await Promise.all(all.map((projector) => projector.start()));
  for (const projector of all) projector.watch();
  const subscriber = await parts.consume(
    SUMMARY_BINDING,
    withContracts(SUMMARY_CONTRACTS, {
      'order.summary': async (summary, _, context) => summaries.put(summary, (tx) => context.complete(tx)),
    }),
  );
  return running({ server, subscribers: [subscriber], rest: all });
};
