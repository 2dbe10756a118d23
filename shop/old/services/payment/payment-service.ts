import { setTimeout as sleep } from 'node:timers/promises';
import { shareOf } from '../../kernel/chance';
import { makeEvent } from '../../kernel/envelope';
import type { Faults } from '../../kernel/faults';
import { Service, type Connect, type RunningService } from '../../kernel/service';

/** Charges what was reserved: topic in, exchange out. Some cards are declined; some gateways never answer, and the saga waits. */
export async function startPaymentService(connect: Connect, faults: () => Faults): Promise<RunningService> {
  const service = new Service('payment-service', await connect('payment-service'));
  const charged = new Set<string>();

  await service.onTopic({ inbox: 'payment-service', channel: 'inventory-events' }, async (event) => {
    const orderId = String(event.data.orderId);
    if (event.type !== 'inventory.reserved' || charged.has(orderId)) return;
    const { paymentSilent, paymentDeclined } = faults();
    const fate = shareOf(`payment ${orderId}`);
    if (fate < paymentSilent) return;
    await sleep(5 + ((fate * 1_000) % 25));
    const declined = fate < paymentSilent + paymentDeclined;
    const data = declined
      ? { orderId, customerId: event.data.customerId, reason: 'CARD_DECLINED' }
      : { orderId, paymentId: `pay-${orderId}`, customerId: event.data.customerId, total: event.data.total };
    await service.tell('shop.events', makeEvent(service.name, declined ? 'payment.failed' : 'payment.completed', data, event));
    charged.add(orderId);
  });
  return service;
}
