import { setTimeout as sleep } from 'node:timers/promises';
import { shareOf } from '../../kernel/chance';
import type { Faults } from '../../kernel/faults';
import { Service, type Connect, type RunningService } from '../../kernel/service';

class MailboxUnavailable extends Error {
  override readonly name = 'MailboxUnavailable';
}

/** Tells customers. Mail servers refuse now and then: after three attempts the notification is a dead letter, and the order is unharmed. */
export async function startNotificationService(connect: Connect, faults: () => Faults): Promise<RunningService> {
  const service = new Service('notification-service', await connect('notification-service'));
  await service.onExchange(
    { inbox: 'notification.email', channel: 'shop.events', keys: ['payment.*'], prefetch: 4, attempts: 3, retryDelayMs: 40 },
    async (event, { attempt }) => {
      while (faults().mailPaused) await sleep(200);
      await sleep(15);
      // A letter that is sent again long after finds the mail server back.
      const refused = shareOf(`mail ${String(event.data.orderId)}`) < faults().mailRefused;
      if (refused && attempt <= 3) throw new MailboxUnavailable('550 no such user');
    },
  );
  return service;
}
