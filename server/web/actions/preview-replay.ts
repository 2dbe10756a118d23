import type { ReplayPreview } from '@/lib/contract/dead-letters';
import type { EventId } from '@/lib/events/names';
import type { Services } from '../services';

/** Where it would go and who else would receive it; nothing is sent. */
export const previewReplay = (
  { bus }: Services,
  request: { readonly letters: readonly EventId[]; readonly way?: 'inbox' | 'channel' },
): Promise<ReplayPreview> => bus.ask('preview-replay', request);
