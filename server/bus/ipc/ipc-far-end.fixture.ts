import { aPicture, answerRetryTap } from '../bus.contract';
import { openIpcBus } from './ipc-bus';

/** The far end of the IPC contract test: a child process that does what it is told by `{ tell }` messages. */
const bus = openIpcBus(process as never);
let received = 0;
bus.onAnnouncement('picture', () => (received += 1));

process.on('message', (message: unknown) => {
  if (typeof message !== 'object' || message === null || !('tell' in message)) return;
  const { tell, count, id } = message as { tell: string; count?: number; id: number };
  if (tell === 'announce') for (let n = 0; n < (count ?? 0); n += 1) bus.announce('picture', aPicture(`broker-${n}`));
  if (tell === 'answer-retry-tap') answerRetryTap(bus);
  process.send?.({ told: id, received });
  // A busy loop is a peer that is there and does not read. It ends by itself, should the test forget it.
  if (tell === 'stop-reading') {
    const until = Date.now() + 20_000;
    setImmediate(() => {
      while (Date.now() < until) Math.sqrt(until);
    });
  }
});
process.send?.({ told: 0, received });
