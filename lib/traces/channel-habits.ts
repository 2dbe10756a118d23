import type { BrokerName, ChannelName } from '@/lib/events/names';
import { namingRuleOf, type NamingStyle } from './naming-style';

/** How often events of one type were written in one form on a channel, over some time. */
export interface TypeForm {
  readonly broker: BrokerName;
  readonly channel: ChannelName;
  readonly type: string;
  /** As its writers say it; null where none does. */
  readonly version: string | null;
  /** In the schema registry; null where the body names none. */
  readonly schemaId: number | null;
  readonly count: number;
}

/** What is usual on the channels of a trace: what differs from it deserves a word. */
export interface ChannelHabits {
  namingOf(place: { readonly broker: BrokerName; readonly channel: ChannelName }): NamingStyle | null;
  /** The forms of a type, the most frequent first. */
  formsOf(type: { readonly broker: BrokerName; readonly channel: ChannelName; readonly type: string }): readonly TypeForm[];
}

export function habitsOf(forms: readonly TypeForm[]): ChannelHabits {
  const types = new Map<string, Set<string>>();
  const byType = new Map<string, TypeForm[]>();
  for (const form of forms) {
    const place = placeOf(form);
    types.set(place, (types.get(place) ?? new Set()).add(form.type));
    byType.set(`${place}\n${form.type}`, [...(byType.get(`${place}\n${form.type}`) ?? []), form]);
  }
  const naming = new Map([...types].map(([place, names]) => [place, namingRuleOf([...names])]));
  for (const same of byType.values()) same.sort((a, b) => b.count - a.count);
  return {
    namingOf: (place) => naming.get(placeOf(place)) ?? null,
    formsOf: (type) => byType.get(`${placeOf(type)}\n${type.type}`) ?? [],
  };
}

export const noHabits: ChannelHabits = habitsOf([]);

const placeOf = ({ broker, channel }: { readonly broker: BrokerName; readonly channel: ChannelName }): string => `${broker}\n${channel}`;
