import type { Family } from '../table';

export const REPLAY_ID = 'x-eventyard-replay-id';
export const REPLAY_OF = 'x-eventyard-replay-of';
export const REPLAY_ATTEMPT = 'x-eventyard-replay-attempt';

/** What our own replays carry: which replay, and the event id of the dead letter it was. */
export const ownReplays: Family = {
  name: 'eventyard-replay',
  title: 'replay by Eventyard',
  framework: false,
  detect: { headers: [REPLAY_ID] },
  headers: { replayId: [REPLAY_ID], replayOf: [REPLAY_OF] },
};
