import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CommandBus } from '../../kernel/buses/command-bus';
import { CATALOGUE } from '../../kernel/catalogue';
import { DomainError, TooEarly } from '../../kernel/domain-events/aggregate';
import { ConflictError } from '../../kernel/event-store/event-store';
import { load, stateAt, whatIf, type History } from '../../kernel/event-store/repository';
import type { HttpClient } from '../../kernel/http-client/http-client';
import { conflict, notFound, unavailable } from '../../kernel/http-server/http-errors';
import { parse } from '../../kernel/http-server/http-server';
import { OutboxFull } from '../../kernel/outbox/outbox';
import type { Cause } from '../../kernel/unit-of-work/cause';
import type { State } from '../../kernel/unit-of-work/open-state';
import type { Carts } from './carts';
import { Order, totalOf, type OrderState } from './domain/order';
import { checkAtOnce } from './express';
import type { OrderCommands } from './order-commands';
import type { OrderStatusView } from './order-status';

const Id = z.string().min(1).max(100);

/** Prices in cents; without one, the catalogue's. */
const NewOrder = z.object({
  orderId: Id,
  userId: Id,
  channel: z.enum(['web', 'pos']).default('web'),
  fulfilment: z.enum(['choreography', 'orchestration']).default('choreography'),
  items: z
    .array(z.object({ productId: Id, quantity: z.number().int().positive(), unitPrice: z.number().int().nonnegative().optional() }))
    .min(1)
    .max(100),
  currency: z.string().length(3).default('EUR'),
  /** Version of `order.placed`, for readers that are not of today. */
  placedVersion: z.enum(['1.0.0', '1.1.0', '2.0.0']).default('1.1.0'),
  /** Stock and card are asked while the customer waits. */
  express: z.boolean().default(false),
});
const Cancellation = z.object({ reason: z.string().max(200).default('CHANGED_MIND'), version: z.number().int().optional() });
const Moment = z.object({ at: z.iso.datetime({ offset: true }).optional() });
const Status = Moment.extend({ minVersion: z.coerce.number().int().nonnegative().default(0) });
const WithoutOne = z.object({ orderId: Id, without: z.number().int().positive() });

const STATUS_PATIENCE_MS = 500;

export interface OrderRouteParts {
  readonly commands: CommandBus<OrderCommands>;
  readonly state: State;
  readonly status: OrderStatusView;
  readonly carts: Carts;
  readonly http: HttpClient;
  readonly clock: () => number;
}

type WithId = FastifyRequest<{ Params: { id: string } }>;

export function orderRoutes(app: FastifyInstance, { commands, state, status, carts, http, clock }: OrderRouteParts): void {
  app.post('/orders', async (request, reply) => {
    const { orderId, items, express, ...rest } = parse(NewOrder, request.body);
    const lines = items.map(({ unitPrice, ...line }) => ({ ...line, unitPrice: unitPrice ?? priceOf(line.productId) }));
    if (express) await checkAtOnce(http, orderId, lines);
    const accepted = await answered(() =>
      commands.execute(causeOf(request, orderId), 'order.create', { orderId, details: { ...rest, lines } }),
    );
    return reply.code(202).send(accepted);
  });

  app.post('/orders/:id/cancel', async (request: WithId, reply) => {
    const { id } = request.params;
    const { reason, version } = parse(Cancellation, request.body);
    const cancel = { orderId: id, reason, seen: version };
    return reply.code(202).send(await answered(() => commands.execute(causeOf(request, id), 'order.cancel', cancel)));
  });

  app.get('/orders/:id', async (request: WithId) => {
    const { at } = parse(Moment, request.query);
    const { id } = request.params;
    if (at === undefined) return view(id, load(state.store, Order.type, id));
    return view(id, stateAt(state.store, Order.type, id, Date.parse(at)));
  });

  app.post('/what-if', async ({ body }) => {
    const { orderId, without } = parse(WithoutOne, body);
    return view(orderId, whatIf(state.store, Order.type, orderId, without));
  });

  app.get('/orders/:id/events', async (request: WithId) => {
    const events = state.store.read(`order-${request.params.id}`);
    if (events.length === 0) throw notFound('order', request.params.id);
    return events.map(({ version, type, data, metadata, at }) => ({ version, type, data, by: metadata.by, reason: metadata.reason, at }));
  });

  app.get('/orders/:id/status', async (request: WithId) => {
    const { id } = request.params;
    const { minVersion, at } = parse(Status, request.query);
    if (at !== undefined) return statusAt(state, id, Date.parse(at));
    const row = await status.atLeast(id, minVersion, STATUS_PATIENCE_MS);
    if (row === null) throw notFound('order', id);
    return { ...row, staleMs: 0, stale: row.version < minVersion, asOf: clock() };
  });

  app.get('/carts/:id', async (request: WithId) => {
    const items = carts.get(request.params.id);
    if (items === null) throw notFound('cart', request.params.id);
    return { userId: request.params.id, items };
  });
}

const priceOf = (productId: string): number => CATALOGUE.find(({ sku }) => sku === productId)?.price ?? 0;

function view(orderId: string, { state, version }: Pick<History<OrderState>, 'state' | 'version'>): object {
  const { details, status, paymentId, shipmentId, reason } = state;
  if (details === null) throw notFound('order', orderId);
  const { lines, placedVersion: _, ...rest } = details;
  return { orderId, version, status, ...rest, items: lines, totalCents: totalOf(details), paymentId, shipmentId, reason };
}

function statusAt({ store }: State, orderId: string, asOf: number): object {
  const { state, version, events } = stateAt(store, Order.type, orderId, asOf);
  if (version === 0) throw notFound('order', orderId);
  return { orderId, status: state.status, version, changedAt: events.at(-1)?.at, staleMs: 0, stale: false, asOf };
}

/** A request begins a trace or goes on with its caller's. */
function causeOf(request: FastifyRequest, orderId: string): Cause {
  const { traceparent, 'x-user': user } = request.headers;
  return {
    by: typeof user === 'string' ? user : 'customer',
    reason: `${request.method} ${request.routeOptions.url ?? ''}`,
    correlationId: orderId,
    causationId: null,
    traceparent: typeof traceparent === 'string' ? traceparent : null,
  };
}

async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TooEarly) throw notFound('order', error.message);
    if (error instanceof DomainError) throw conflict(error.code);
    if (error instanceof ConflictError) throw conflict('somebody else was faster; read it again');
    if (error instanceof OutboxFull) throw unavailable('too much waits for the brokers');
    throw error;
  }
}
