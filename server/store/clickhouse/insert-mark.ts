import { createHash } from 'node:crypto';
import type { TapName } from '@/lib/events/names';

/** Marks a tap's inserts in the engine's list of running statements, without its name. */
export const insertMark = (tap: TapName): string => `eventyard append ${createHash('sha256').update(tap).digest('hex').slice(0, 24)}`;
