import type { ReplayPlanItem } from '@/lib/contract/dead-letters';
import { groupOfInbox } from '@/lib/events/names';

/** How a plan is drawn: from, maybe through a channel, to everybody who gets it. */
export interface ReplayRoute {
  readonly from: string;
  readonly through: { readonly channel: string; readonly routingKey: string | null } | null;
  readonly receivers: readonly { readonly inbox: string; readonly title: string; readonly intended: boolean }[];
  /** Receivers beyond those that are drawn. */
  readonly more: number;
}

const DRAWN = 6;

/** The one it is meant for stands first; the others follow in their order. */
export function replayRoute(item: ReplayPlanItem, lettersPlace: string): ReplayRoute {
  const ordered = [...item.receivers.filter((one) => one.intended), ...item.receivers.filter((one) => !one.intended)];
  return {
    from: item.takenFrom ?? lettersPlace,
    through:
      item.target.kind === 'channel'
        ? { channel: item.target.channel === '' ? 'default exchange' : item.target.channel, routingKey: item.target.routingKey }
        : null,
    receivers: ordered.slice(0, DRAWN).map(({ inbox, intended }) => ({ inbox, intended, title: groupOfInbox(inbox).group })),
    more: Math.max(0, ordered.length - DRAWN),
  };
}

/** "Straight to shipping.orders; nobody else gets it." */
export function routeWords(item: ReplayPlanItem): string {
  const others = item.receivers.filter((one) => !one.intended).map((one) => groupOfInbox(one.inbox).group);
  const target =
    item.target.kind === 'queue'
      ? `Straight to the queue ${item.target.queue}`
      : `Published to ${item.target.channel === '' ? 'the default exchange' : item.target.channel} again`;
  if (item.receivers.length === 0) return `${target}; who gets it is not known.`;
  if (others.length === 0) return `${target}; nobody else gets it.`;
  if (others.length === item.receivers.length)
    return `${target}; which inbox it failed in is not said, so ${others.length === 1 ? `${others[0]} gets it` : `all ${others.length} of them get it: ${others.slice(0, 3).join(', ')}${others.length > 3 ? ' and more' : ''}`}.`;
  return `${target}; ${others.length === 1 ? `${others[0]} gets it too` : `${others.length} others get it too: ${others.slice(0, 3).join(', ')}${others.length > 3 ? ' and more' : ''}`}.`;
}
