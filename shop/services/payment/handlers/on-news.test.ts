import { describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../../kernel/events';
import { TargetFault } from '../../../kernel/http-client/guard';
import type { HttpClient } from '../../../kernel/http-client/http-client';
import type { UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import type { Cashier } from '../cashier';
import { newsHandlers } from './on-news';

const reserved = {
  id: 'e',
  type: 'inventory.reserved',
  version: '1.0.0',
  traceparent: null,
  correlationId: 'o-1',
  data: { orderId: 'o-1' },
} as unknown as IncomingEvent;
const context = { attempt: 1, signal: new AbortController().signal, complete: () => {} };

describe('payments, while the order-service is away', () => {
  it('[SS22] are tried again and taken when it is back; nothing is charged meanwhile', async () => {
    const answers = [new TargetFault('away'), { status: 404, body: null }, { status: 200, body: { userId: 'u', totalCents: 5_800 } }];
    const http: Pick<HttpClient, 'get'> = {
      get: async () => {
        const answer = answers.shift();
        if (answer === undefined || answer instanceof Error) throw answer ?? new Error('asked once too often');
        return answer;
      },
    };
    const charged: unknown[] = [];
    const cashier: Pick<Cashier, 'charge'> = { charge: async (_, what) => void charged.push(what) };
    const onReserved = newsHandlers(cashier as Cashier, {} as UnitOfWork, http as HttpClient)['inventory.reserved']!;
    await expect(onReserved(reserved, context)).rejects.toThrow('away');
    await expect(onReserved(reserved, context)).rejects.toThrow('404');
    expect(charged).toEqual([]);
    await onReserved(reserved, context);
    expect(charged).toEqual([{ orderId: 'o-1', userId: 'u', amount: 5_800 }]);
  });
});
