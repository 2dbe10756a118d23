import { withContracts } from '../../kernel/contracts';
import { serve } from '../../kernel/http-server/serve';
import { attachOutbox } from '../../kernel/outbox/attach-outbox';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { ActivityReport } from './activity';
import { BINDINGS } from './bindings';
import { LEDGER_CONTRACTS, LEGACY_CONTRACTS, PRICE_CONTRACTS, WORK_CONTRACTS } from './contracts';
import { Ledger } from './ledger';
import { Reports } from './reports';
import { reportingRoutes } from './routes';
import { LegacySales, PriceList } from './sales';
import { countActivity, summarise } from './streams';

/** Turns streams into numbers, and numbers into reports. */
export const startReportingService: StartService = async (parts) => {
  const { database, service, clock } = parts;
  const { outbox, relay } = attachOutbox(parts);
  const activity = new ActivityReport(database);
  const ledger = new Ledger(database);
  const sales = new LegacySales(database);
  const prices = new PriceList(database);
  const reports = new Reports(database, outbox, { sales, ledger, activity }, service, clock);

  const subscribers = await Promise.all([
    parts.consumeBatches(BINDINGS.activity, countActivity(activity)),
    parts.consumeBatches(BINDINGS.summary, summarise(parts)),
    parts.consume(
      BINDINGS.ledger,
      withContracts(LEDGER_CONTRACTS, {
        'ledger.entry.posted': async (entry, event, context) => ledger.post(event.id, entry, (tx) => context.complete(tx)),
      }),
    ),
    parts.consume(
      BINDINGS.legacy,
      withContracts(LEGACY_CONTRACTS, {
        'order.placed': async (order, _, context) => sales.add(order, (tx) => context.complete(tx)),
      }),
    ),
    parts.consume(
      BINDINGS.prices,
      withContracts(PRICE_CONTRACTS, { 'price.changed': async (change, event) => prices.change(event.id, event.at, change) }),
    ),
    parts.consume(
      BINDINGS.work,
      withContracts(WORK_CONTRACTS, {
        'report.build': async (command, event, context) => {
          reports.build(command, event, (tx) => context.complete(tx));
          relay.poke();
        },
      }),
    ),
  ]);
  const server = await serve(parts, (app) => reportingRoutes(app, { ...parts, reports, ledger, activity }));
  return running({ server, subscribers, rest: [relay] });
};
