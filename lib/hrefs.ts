import type { BrokerName, EventId, InboxName, TraceId } from '@/lib/events/names';
import type { NodeId } from '@/lib/contract/topology';

/** Where each thing has its page: the palette, the attention line and the screens link by these. */
const part = encodeURIComponent;

export const topologyHref = (node: NodeId): string => `/?sel=${part(node)}`;
export const traceHref = (traceId: TraceId, event?: EventId): string =>
  `/traces/${part(traceId)}${event === undefined ? '' : `?event=${part(event)}`}`;
export const tracesAtHref = (kind: 'service' | 'channel' | 'inbox', name: string): string => `/traces?${kind}=${part(name)}`;
export const sagasHref = (definition: string, state?: string): string =>
  `/sagas?definition=${part(definition)}${state === undefined ? '' : `&state=${part(state)}`}`;
export const lagHref = (broker: BrokerName, inbox: InboxName): string => `/lag/${part(broker)}/${part(inbox)}`;
export const queueHref = (broker: BrokerName, queue: InboxName): string => `/queues/${part(broker)}/${part(queue)}`;
export const deadLettersHref = (group?: string): string => (group === undefined ? '/dead-letters' : `/dead-letters?group=${part(group)}`);
export const deadLetterHref = (letter: EventId): string => `/dead-letters?letter=${part(letter)}`;
export const TAPS_HREF = '/settings';
