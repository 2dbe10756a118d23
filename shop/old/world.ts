import { EXCHANGES, TOPICS } from './kernel/channels';
import { SCENARIOS, type Faults, type Scenario } from './kernel/faults';
import type { Connect, RunningService } from './kernel/service';
import { startAnalyticsService } from './services/analytics/analytics-service';
import { startInventoryService } from './services/inventory/inventory-service';
import { startNotificationService } from './services/notification/notification-service';
import { startOrderService } from './services/order/order-service';
import { startPaymentService } from './services/payment/payment-service';
import { startCheckout, type Traffic } from './traffic/checkout';

export interface Shop {
  scenario(): Scenario;
  /** Takes effect for the next order. */
  setScenario(scenario: Scenario): void;
  /** Resolves with the number of orders when the traffic was bounded. */
  readonly sent: Promise<number>;
  stop(): Promise<void>;
}

/** The whole shop on whatever transport it is given. Stops in the order of the flow: intake first. */
export async function startShop(connect: Connect, traffic: Traffic, first: Scenario = 'mixed'): Promise<Shop> {
  let scenario = first;
  const faults = (): Faults => SCENARIOS[scenario];
  const { queues, logs, close } = await connect('shop-setup');
  await queues.declare(EXCHANGES);
  await logs.declare(TOPICS);
  await close();

  const services: RunningService[] = await Promise.all([
    startOrderService(connect),
    startInventoryService(connect, faults),
    startPaymentService(connect, faults),
    startNotificationService(connect, faults),
    startAnalyticsService(connect, faults),
  ]);
  const checkout = await startCheckout(connect, traffic, faults);
  return {
    scenario: () => scenario,
    setScenario: (next) => void (scenario = next),
    sent: checkout.done,
    stop: async () => {
      scenario = 'happy-path';
      await checkout.stop();
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}
