import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Faults } from '../../kernel/faults';
import { HttpError, unavailable } from '../../kernel/http-server/http-errors';
import { parse } from '../../kernel/http-server/http-server';
import { CHANNELS } from './bindings';
import { Notification } from './contracts';
import { Undeliverable, type Sender } from './sender';

const Direct = Notification.extend({ notificationId: z.string(), channel: z.enum(CHANNELS) });

/** `POST /notifications` is how the old checkout tells a customer: it waits for the gateway. */
export function notificationRoutes(app: FastifyInstance, sender: Sender): void {
  app.get('/notifications', async () => ({ sent: sender.sent() }));
  app.post('/notifications', async ({ body }, reply) => {
    const { channel, notificationId, ...letter } = parse(Direct, body);
    try {
      await sender.send(channel, notificationId, letter);
    } catch (error) {
      throw error instanceof Undeliverable ? new HttpError(422, error.message) : unavailable('the gateway is away');
    }
    return reply.code(201).send({ notificationId });
  });
}

/** Stands for the providers of mail, SMS and push: takes what a customer of theirs gives it, unless the run says that it is down or does not know the recipient. */
export function fakeGateway(app: FastifyInstance, faults: Faults, key: string): void {
  app.post('/gateway/:channel', async ({ params, body, headers }, reply) => {
    if (headers.authorization !== `Bearer ${key}`) throw new HttpError(401, 'no such customer');
    const { channel } = parse(z.object({ channel: z.enum(CHANNELS) }), params);
    const { orderId = '' } = parse(Notification, body);
    if (channel === 'email' && faults.mailDown()) throw unavailable('mail is down');
    if (channel === 'email' && faults.mailThrows(orderId)) throw new HttpError(422, 'no such mailbox');
    return reply.code(202).send({ accepted: true });
  });
}
