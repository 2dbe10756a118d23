import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describeBusContract } from '../bus.contract';
import { openIpcBus } from './ipc-bus';

const FAR_END = fileURLToPath(new URL('./ipc-far-end.fixture.ts', import.meta.url));

describeBusContract('between a parent and its child', async () => {
  const child = fork(FAR_END, { serialization: 'advanced', execArgv: ['--import', 'tsx'] });
  await told(child, 0);
  const near = openIpcBus(child);
  let next = 1;
  const tell = async (what: string, count?: number): Promise<number> => {
    const id = next++;
    child.send({ tell: what, count, id });
    return told(child, id);
  };
  return {
    near,
    far: {
      announcePictures: async (count) => void (await tell('announce', count)),
      answerRetryTap: async () => void (await tell('answer-retry-tap')),
      received: () => tell('received'),
      stopReading: async () => void (await tell('stop-reading')),
      die: async () => {
        child.kill('SIGKILL');
        await once(child, 'exit');
      },
    },
    close: async () => {
      await near.close();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    },
  };
});

function told(child: ChildProcess, id: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      if (typeof message === 'object' && message !== null && 'told' in message && message.told === id) {
        child.off('message', onMessage);
        resolve((message as unknown as { received: number }).received);
      }
    };
    child.on('message', onMessage);
    child.once('exit', () => reject(new Error('the far end died')));
  });
}
