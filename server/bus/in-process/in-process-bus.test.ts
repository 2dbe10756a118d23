import { aPicture, answerRetryTap, describeBusContract } from '../bus.contract';
import { createInProcessBusPair } from './in-process-bus';

describeBusContract('in one process', async () => {
  const [near, far] = createInProcessBusPair();
  let received = 0;
  far.onAnnouncement('picture', () => (received += 1));
  return {
    near,
    far: {
      announcePictures: async (count) => {
        for (let n = 0; n < count; n += 1) far.announce('picture', aPicture(`broker-${n}`));
      },
      answerRetryTap: async () => answerRetryTap(far),
      received: async () => received,
      stopReading: async () => far.stall(true),
      die: async () => far.close(),
    },
    close: async () => {
      await near.close();
    },
  };
});
