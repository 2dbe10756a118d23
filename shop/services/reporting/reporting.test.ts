import { describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../kernel/db/scratch-database.fixture';
import type { IncomingEvent, OutgoingEvent } from '../../kernel/events';
import { Outbox } from '../../kernel/outbox/outbox';
import { sampleEvents } from '../../schemas/samples.fixture';
import { ActivityReport } from './activity';
import { Ledger } from './ledger';
import { Reports } from './reports';
import { LegacySales } from './sales';
import { countActivity, summarise } from './streams';

const incoming = (type: string, more: Partial<IncomingEvent> = {}): IncomingEvent => {
  const sample = sampleEvents().find(({ event }) => event.type === type)?.event;
  if (sample === undefined) throw new Error(`no sample of ${type}`);
  const message = { id: '', type: '', key: '', body: new Uint8Array(), contentType: '', headers: {} };
  return { ...sample, retryCount: 0, replyTo: null, message, ...more };
};
const position = { group: 'reporting-summary', offsets: [{ topic: 'order-events', partition: 0, offset: 3 }] };
const context = (flush: number) => ({ flush, position, signal: new AbortController().signal });

describe('reporting', () => {
  it('[SH11] a batch gives one summary an event, in one transaction with the position; one that aborts gives its error', async () => {
    const together: { id: string; events: readonly OutgoingEvent[]; offsets: unknown }[] = [];
    const publisher = {
      publishTogether: async (id: string, events: readonly OutgoingEvent[], offsets: unknown, inside?: (tx: never) => Promise<void>) => {
        await inside?.(undefined as never);
        together.push({ id, events, offsets });
      },
    };
    const handle = summarise({
      publisher: publisher as never,
      faults: { abortsBatch: (n: number) => n === 5 } as never,
      service: 'reporting-service',
      instance: 1,
      clock: () => 1,
    });
    const events = [incoming('order.placed'), incoming('order.completed')];
    await handle(events, context(1));
    expect(together.map(({ id, offsets }) => [id, offsets])).toEqual([['reporting-summary-1', position]]);
    expect(together[0]?.events.map(({ data, key }) => [key, data.status])).toEqual([
      ['ord-1-00001', 'placed'],
      ['ord-1-00001', 'completed'],
    ]);
    await expect(handle(events, context(5))).rejects.toMatchObject({ name: 'BatchAborted' });
    await handle(events, context(6));
    // Read again after the abort: the same facts have the same ids.
    expect(together[1]?.events.map(({ id }) => id)).toEqual(together[0]?.events.map(({ id }) => id));
  });

  it('[SH10] counts a batch of activity in one go, and recommends what others like who like the same', async () => {
    const report = new ActivityReport(scratchDatabase()());
    const click = (userId: string, productId: string) => incoming('product.clicked', { data: { userId, productId } });
    const broken = incoming('product.clicked', { data: { userId: 7 } });
    const events = [click('a', 'lamp'), click('b', 'lamp'), click('b', 'desk'), click('b', 'desk'), click('c', 'chair'), broken];
    await countActivity(report)([...events, incoming('purchase.made')], { flush: 1, position, signal: new AbortController().signal });
    expect(report.byType()).toEqual([
      { type: 'product.clicked', events: 5 },
      { type: 'purchase.made', events: 1 },
    ]);
    expect(report.recommendations('a')).toEqual(['desk']);
    expect(report.recommendations('nobody')).toEqual(['desk', 'lamp', 'chair']);
  });

  it('a report and its news are one: built twice, told once', () => {
    const database = scratchDatabase()();
    const outbox = new Outbox(database);
    const ledger = new Ledger(database);
    const sources = { sales: new LegacySales(database), ledger, activity: new ActivityReport(database) };
    const reports = new Reports(database, outbox, sources, 'reporting-service', () => 1);
    const entry = { transferId: 't', orderId: 'o', kind: 'charge' };
    for (const [id, accountId, amountCents] of [
      ['1', 'customer', -500],
      ['2', 'shop', 500],
      ['2', 'shop', 500],
    ] as const)
      ledger.post(id, { ...entry, accountId, amountCents }, () => {});
    expect(ledger.balance()).toEqual({ rows: 2, sumCents: 0 });
    const command = incoming('report.build');
    let completed = 0;
    for (let n = 0; n < 2; n++) reports.build({ reportId: 'r', kind: 'ledger-by-account' }, command, () => completed++);
    expect([completed, outbox.pending()]).toEqual([2, 1]);
    expect(reports.find('r')?.rows).toEqual([
      { productId: 'customer', orders: 1, amount: -5 },
      { productId: 'shop', orders: 1, amount: 5 },
    ]);
  });
});
