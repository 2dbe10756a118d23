import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { Plan, PlannedOrder, Shape } from './plan';

/** The people: they know the shop's address, and nothing else of it. */
export interface Customers {
  signUp(): Promise<void>;
  /** Orders `from`…`to` at an even pace. Resolves when each was answered. */
  order(from: number, to: number, perSecond: number): Promise<void>;
  /** Any request to a service. */
  ask(service: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface CustomersOptions {
  readonly plan: Plan;
  readonly urlOf: (service: string) => string;
  /** Waits are shortened by it. */
  readonly time: (ms: number) => number;
  readonly signal: AbortSignal;
}

/** A shop that is closed for a moment, or full, is asked again: 503 and a broken connection are tried for so long. Where orders have no end, so has patience. */
const PATIENCE_MS = 60_000;

export function customersOf({ plan, urlOf, time, signal }: CustomersOptions): Customers {
  const ask: Customers['ask'] = async (service, method, path, body) => {
    const answer = await request(`${urlOf(service)}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : {} };
  };

  const insist = async (path: string, body: unknown): Promise<void> => {
    for (const end = Number.isFinite(plan.size) ? Date.now() + PATIENCE_MS : Infinity; ; await sleep(time(200))) {
      const answer = await ask('api-gateway', 'POST', path, body).catch(() => null);
      if (answer !== null && answer.status < 500 && answer.status !== 429) {
        if (answer.status >= 400) throw new Error(`POST ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
        return;
      }
      if (signal.aborted) return;
      if (Date.now() > end)
        throw new Error(`POST ${path} was not answered for ${PATIENCE_MS / 1_000} s (last: ${answer?.status ?? 'no connection'})`);
    }
  };

  return {
    ask,
    signUp: async () => {
      for (const user of plan.users) await insist('/users', user);
    },
    order: async (from, to, perSecond) => {
      const began = Date.now();
      const under: Promise<void>[] = [];
      for (let n = from; n <= to && !signal.aborted; n += 1) {
        const due = began + ((n - from) * 1_000) / perSecond;
        if (due > Date.now()) await sleep(due - Date.now(), undefined, { signal }).catch(() => {});
        under.push(insist('/orders', orderForm(plan.order(n), plan.shape)));
        if (under.length >= 50) await Promise.all(under.splice(0));
      }
      await Promise.all(under);
    },
  };
}

/** The body of `POST /orders`. The customer's program chooses the id, so that asking twice is one order. */
function orderForm({ orderId, userId, channel, fulfilment, items, marks }: PlannedOrder, { share }: Shape): Record<string, unknown> {
  const versions = share?.['version-1'] === undefined ? {} : { placedVersion: marks.includes('version-1') ? '1.0.0' : '2.0.0' };
  return {
    orderId,
    userId,
    channel,
    fulfilment,
    items,
    currency: 'EUR',
    ...versions,
    ...(marks.includes('express') ? { express: true } : {}),
  };
}
