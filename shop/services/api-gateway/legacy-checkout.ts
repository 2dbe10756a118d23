import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { HttpClient } from '../../kernel/http-client/http-client';
import { parse } from '../../kernel/http-server/http-server';
import { forward, reached } from './forward';
import { Items } from './order-routes';

const CheckoutForm = z.object({ orderId: z.string().min(1), userId: z.string().min(1), items: Items });
type CheckoutForm = z.infer<typeof CheckoutForm>;

export interface StranglerParts {
  readonly client: HttpClient;
  /** The part of the checkouts, 0…1, that is answered by events already. */
  readonly share: number;
  readonly time: (ms: number) => number;
}

/** How long each of the old systems takes, in milliseconds. */
const TAKES = { inventory: 200, payment: 500, notification: 100 } as const;

/**
 * The checkout of before: calls one service after the other while the customer waits, and fails when any of them is away, even the one that only
 * sends a letter. A share of the customers, always the same ones, is already led to the new one.
 */
export function legacyCheckout(app: FastifyInstance, parts: StranglerParts): void {
  app.post('/legacy/checkout', async ({ body }, reply) => {
    const form = parse(CheckoutForm, body);
    return shareOf(form.userId) < parts.share ? byEvents(reply, form, parts) : inSeries(reply, form, parts);
  });
}

const byEvents = (reply: FastifyReply, form: CheckoutForm, { client }: StranglerParts): Promise<FastifyReply> =>
  forward(
    reply,
    client.post('order-service', '/orders', { channel: 'web', fulfilment: 'choreography', currency: 'EUR', ...form }, { idempotent: true }),
  );

async function inSeries(
  reply: FastifyReply,
  { orderId, userId, items }: CheckoutForm,
  { client, time }: StranglerParts,
): Promise<FastifyReply> {
  await reached(client.post('inventory-service', '/availability', { items }, { idempotent: true }));
  await sleep(time(TAKES.inventory));
  await reached(client.post('payment-service', '/authorisations', { orderId }, { idempotent: true }));
  await sleep(time(TAKES.payment));
  const letter = { notificationId: `legacy|${orderId}`, channel: 'email', orderId, userId, template: 'order-completed', kind: 'receipt' };
  await sleep(time(TAKES.notification));
  await reached(client.post('notification-service', '/notifications', letter));
  return reply.code(201).send({ orderId, status: 'completed' });
}

/** The same number in [0, 1) for the same customer, for ever. */
const shareOf = (userId: string): number => createHash('sha1').update(userId).digest().readUInt32BE(0) / 2 ** 32;
