import type { EventId } from './names';

const MARK = 'imported:';

/** An event that came out of somebody's file, and is in no store. */
export const isImported = (eventId: EventId): boolean => eventId.startsWith(MARK);
export const markImported = (eventId: EventId): EventId => `${MARK}${eventId}`;
