import { randomUUID } from 'node:crypto';
import { toTopic } from '../../kernel/channels';
import type { Data } from '../../kernel/events';
import { toEvent } from '../../kernel/facts';
import type { Parts } from '../../kernel/parts';

export type ActivityType = 'product.clicked' | 'catalogue.searched' | 'purchase.made';

/** Says what a user did. Nobody waits for it and nobody confirms it: at most once. */
export type TellActivity = (type: ActivityType, userId: string, data: Data, origin?: string) => void;

export function createActivity({ publisher, service, clock, log }: Parts): TellActivity {
  return (type, userId, data, origin = randomUUID()) => {
    const channels = [toTopic('user-activity', userId)];
    const event = toEvent(service, clock(), { type, origin, originVersion: 1, key: userId, data: { userId, ...data }, channels });
    publisher.publish(event).catch((error: Error) => log.debug({ cause: error.name, type }, 'an activity was lost'));
  };
}
