import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from '../../kernel/faults';
import { Service, type Connect, type RunningService } from '../../kernel/service';

/** Reads the history of orders at its own pace: the slow consumer. Its lag is the shop's business, and shows. */
export async function startAnalyticsService(connect: Connect, faults: () => Faults): Promise<RunningService> {
  const service = new Service('analytics-service', await connect('analytics-service'));
  let sales = 0;
  await service.onTopic({ inbox: 'analytics', channel: 'order-events', prefetch: 1 }, async (event) => {
    if (faults().analyticsMs > 0) await sleep(faults().analyticsMs);
    if (event.type === 'order.completed') sales += Number(event.data.total ?? 0);
  });
  return Object.assign(service, { sales: () => sales });
}
