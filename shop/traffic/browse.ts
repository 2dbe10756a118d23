import { setTimeout as sleep } from 'node:timers/promises';
import { CATALOGUE } from '../kernel/catalogue';
import { toTopic } from '../kernel/channels';
import type { OutgoingEvent } from '../kernel/events';
import type { World } from '../world';

const SLICE_MS = 50;
let clicks = 0;

/** People who look around: clicks by the thousand, which nobody confirms. Gives how many. */
export async function browse(
  { publisher, plan }: Pick<World, 'publisher' | 'plan'>,
  { perSecond, seconds, signal }: { readonly perSecond: number; readonly seconds: number; readonly signal: AbortSignal },
): Promise<number> {
  const began = performance.now();
  let sent = 0;
  while (!signal.aborted) {
    const elapsed = (performance.now() - began) / 1_000;
    const due = Math.floor(Math.min(elapsed, seconds) * perSecond);
    await Promise.all(Array.from({ length: due - sent }, () => publisher.publish(aClick(plan.users))));
    sent = due;
    if (elapsed >= seconds) break;
    await sleep(SLICE_MS);
  }
  return sent;
}

function aClick(users: World['plan']['users']): OutgoingEvent {
  clicks += 1;
  const userId = users[clicks % users.length]?.userId ?? 'usr-0';
  const productId = CATALOGUE[clicks % CATALOGUE.length]?.sku ?? 'lamp';
  return {
    id: `click-${process.pid}-${clicks}`,
    type: 'product.clicked',
    version: '1.0.0',
    source: 'traffic',
    at: Date.now(),
    key: userId,
    data: { userId, productId },
    correlationId: userId,
    causationId: null,
    traceparent: null,
    channels: [toTopic('user-activity')],
  };
}
