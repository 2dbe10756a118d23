import type { TapName } from '@/lib/events/names';
import type { Services } from '../services';

/** Tries now instead of at the next backoff. */
export const retryTap = ({ bus }: Services, tap: TapName): Promise<{ readonly ok: boolean }> => bus.ask('retry-tap', { tap });
