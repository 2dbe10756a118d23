import { toExchange } from '../../kernel/channels';
import type { Database, Transaction } from '../../kernel/db/database';
import type { IncomingEvent } from '../../kernel/events';
import { toEvent } from '../../kernel/facts';
import { toAmount } from '../../kernel/money';
import type { Outbox } from '../../kernel/outbox/outbox';
import type { ActivityReport } from './activity';
import type { REPORT_KINDS } from './contracts';
import type { Ledger } from './ledger';
import type { LegacySales } from './sales';

export type ReportKind = (typeof REPORT_KINDS)[number];

/** `productId` is what a row is about: a product, an account or a kind of activity. */
export interface ReportRow {
  readonly productId: string;
  readonly orders: number;
  readonly amount: number;
}

export interface ReportSources {
  readonly sales: LegacySales;
  readonly ledger: Ledger;
  readonly activity: ActivityReport;
}

export interface Report {
  readonly reportId: string;
  readonly kind: ReportKind;
  readonly rows: readonly ReportRow[];
}

/** Builds reports, one at a time, and tells that they are there. */
export class Reports {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly sources: ReportSources,
    private readonly source: string,
    private readonly clock: () => number,
  ) {
    database.script(`CREATE TABLE IF NOT EXISTS reports (report_id TEXT PRIMARY KEY, report TEXT NOT NULL, at INTEGER NOT NULL);`);
  }

  /** The report, the news of it, and that the command was had: one transaction. @throws OutboxFull */
  build({ reportId, kind }: Pick<Report, 'reportId' | 'kind'>, cause: IncomingEvent, complete: (tx: Transaction) => void): void {
    const report: Report = { reportId, kind, rows: this.rowsOf(kind) };
    this.database.transaction((tx) => {
      const { changes } = tx.run(
        `INSERT INTO reports VALUES (?, ?, ?) ON CONFLICT (report_id) DO NOTHING`,
        reportId,
        JSON.stringify(report),
        this.clock(),
      );
      if (changes > 0) this.outbox.add(tx, this.news(report, cause));
      complete(tx);
    });
  }

  find(reportId: string): Report | null {
    const row = this.database.get<{ report: string }>(`SELECT report FROM reports WHERE report_id = ?`, reportId);
    return row === undefined ? null : (JSON.parse(row.report) as Report);
  }

  private news(report: Report, cause: IncomingEvent) {
    return toEvent(this.source, this.clock(), {
      type: 'report.generated',
      origin: `report|${report.reportId}`,
      originVersion: 1,
      key: report.reportId,
      data: { ...report },
      channels: [toExchange('ecommerce.events')],
      cause,
    });
  }

  private rowsOf(kind: ReportKind): readonly ReportRow[] {
    const { sales, ledger, activity } = this.sources;
    switch (kind) {
      case 'sales-by-product':
        return sales.byProduct();
      case 'ledger-by-account':
        return ledger
          .byAccount()
          .map(({ accountId, rows, sumCents }) => ({ productId: accountId, orders: rows, amount: toAmount(sumCents) }));
      case 'activity':
        return activity.byType().map(({ type, events }) => ({ productId: type, orders: events, amount: 0 }));
    }
  }
}
