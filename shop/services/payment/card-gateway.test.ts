import { expect, it } from 'vitest';
import { faultsOf } from '../../kernel/faults';
import { createMetrics } from '../../kernel/metrics';
import { openCardGateway } from './card-gateway';

it('[SS23] one message alone does not use up its attempts while the card gateway is away: the third one waits', async () => {
  const faults = faultsOf({ ofOrder: () => [], abortEvery: 0, lateQuote: () => false }, { cardGatewayDown: true });
  const gateway = openCardGateway({ faults, config: { time: (ms: number) => ms / 50 } as never, metrics: createMetrics() });
  const { signal } = new AbortController();
  const attempt = (): Promise<string> => gateway.authorise('ord-1', signal).catch((error: Error) => error.message);
  expect(await attempt()).toBe('card-gateway cannot be reached');
  expect(await attempt()).toBe('card-gateway cannot be reached');
  const third = attempt();
  // Probes find it away, too.
  expect(await Promise.race([third, new Promise((done) => setTimeout(() => done('waits'), 300))])).toBe('waits');
  faults.switch({ cardGatewayDown: false });
  expect(await third).toBe('approved');
});
