import { z } from 'zod';
import type { Room } from '@/lib/contract/live';

/** At most this much of one tab, so that no tab can make the server work without end. */
const MOST_ROOMS = 16;
const MOST_WATCHED = 200;
const name = z.string().min(1).max(300);

const room = z.discriminatedUnion('room', [
  z.strictObject({ room: z.literal('topology') }),
  z.strictObject({ room: z.literal('traces') }),
  z.strictObject({ room: z.literal('trace'), traceId: name }),
  z.strictObject({ room: z.literal('sagas') }),
  z.strictObject({ room: z.literal('lag') }),
  z.strictObject({ room: z.literal('queues') }),
  z.strictObject({ room: z.literal('dead-letters') }),
  z.strictObject({ room: z.literal('taps') }),
]);

export const subscriptionSchema = z.strictObject({
  rooms: z.array(room).max(MOST_ROOMS),
  watch: z.array(z.strictObject({ broker: name, inbox: z.string().min(1).max(1000) })).max(MOST_WATCHED),
});

export type Topic = Room['room'];
