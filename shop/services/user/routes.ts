import { once, EventEmitter } from 'node:events';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { notFound, unavailable } from '../../kernel/http-server/http-errors';
import { parse } from '../../kernel/http-server/http-server';
import { OutboxFull } from '../../kernel/outbox/outbox';
import type { Users } from './users';

/** As many users as one call may bring or ask for. */
export const USERS_PER_CALL = 50;

const id = z.string().min(1).max(100);
export const UserBody = z.object({ userId: id, name: z.string().min(1), email: z.email() });
const AddressBody = z.object({ street: z.string().min(1), city: z.string().min(1), country: z.string().length(2) });
const Ids = z.object({
  ids: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(id).min(1).max(USERS_PER_CALL)),
});

export interface UserRoutesParts {
  readonly users: Users;
  /** Called after something was stored. */
  readonly onStored: () => void;
}

export function userRoutes(app: FastifyInstance, { users, onStored }: UserRoutesParts): void {
  const add = (given: readonly z.infer<typeof UserBody>[]): { readonly added: number } => {
    const result = orFull(() => users.add(given));
    onStored();
    return result;
  };

  app.post('/users', async ({ body }, reply) => {
    const user = parse(UserBody, body);
    const { added } = add([user]);
    return reply.code(added === 1 ? 201 : 200).send({ userId: user.userId });
  });
  app.post('/users/batch', async ({ body }, reply) => {
    const { users: given } = parse(z.object({ users: z.array(UserBody).min(1).max(USERS_PER_CALL) }), body);
    return reply.code(201).send(add(given));
  });
  app.get('/users', async ({ query }) => ({ users: users.findAll(parse(Ids, query).ids) }));
  app.get('/users/:userId', async ({ params }) => {
    const { userId } = parse(z.object({ userId: id }), params);
    const user = users.find(userId);
    if (user === undefined) throw notFound('user', userId);
    return user;
  });
  app.put('/users/:userId/address', async ({ params, body }) => {
    const { userId } = parse(z.object({ userId: id }), params);
    const moved = orFull(() => users.move(userId, parse(AddressBody, body)));
    if (moved === null) throw notFound('user', userId);
    onStored();
    return moved;
  });
  holdRoutes(app);
}

/** A call that takes as long as one wants: what a caller's bulkhead is shown with. */
function holdRoutes(app: FastifyInstance): void {
  const Hold = z.object({ until: id });
  const released = new Set<string>();
  const gate = new EventEmitter().setMaxListeners(0);
  app.post('/users/held', async ({ body }) => {
    const { until } = parse(Hold, body);
    while (!released.has(until)) await once(gate, 'released');
    return { held: true };
  });
  app.post('/users/released', async ({ body }, reply) => {
    released.add(parse(Hold, body).until);
    gate.emit('released');
    return reply.code(204).send();
  });
}

function orFull<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof OutboxFull) throw unavailable('too much waits for a broker');
    throw error;
  }
}
