'use client';

import { useMemo } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { SagaView } from '@/lib/contract/sagas';
import { getJson } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';
import { useAtMost } from '@/components/events/use-at-most';

/** One instance; a change shows at once in place, its events are asked again right after. */
export function useSaga(definition: string, key: string) {
  const client = useQueryClient();
  const queryKey = useMemo(() => ['saga', definition, key], [definition, key]);
  const again = useAtMost(() => void client.invalidateQueries({ queryKey }), 1_000);
  useLiveRoom({ room: 'sagas' }, (frame) => {
    const instance = frame.sagas?.find((saga) => saga.definition === definition && saga.key === key);
    if (!instance) return;
    client.setQueryData<SagaView>(queryKey, (view) => (view ? { ...view, instance } : view));
    again();
  });
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => getJson<SagaView>(`/api/sagas/${encodeURIComponent(definition)}/${encodeURIComponent(key)}`, {}, signal),
    placeholderData: undefined,
  });
}
