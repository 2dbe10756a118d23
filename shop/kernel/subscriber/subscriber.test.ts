import { describe, expect, it, vi } from 'vitest';
import { fromQueue } from '../bindings';
import { startSubscriber } from './subscriber';

const quiet = () => {};

describe('a subscriber', () => {
  it('[SM21] [SM24] stops though the broker does not answer how much waits', async () => {
    const asked = vi.fn(() => new Promise<number>(() => {}));
    const stopped = vi.fn(async () => {});
    const subscriber = await startSubscriber(
      {
        binding: fromQueue('order-service-queue', ['payment.completed']),
        log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
        metrics: { lag: quiet, members: quiet },
        time: () => 1,
      },
      { open: async () => ({ stop: stopped }), drained: async () => {}, lag: asked },
    );
    await vi.waitFor(() => expect(asked).toHaveBeenCalled(), { timeout: 30_000 });
    await subscriber.stop();
    expect(stopped).toHaveBeenCalledOnce();
    expect(subscriber.members()).toBe(0);
  });
});
