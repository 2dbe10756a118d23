import type { Family, KeyPlace } from '../table';

/** What one process is about. Others (`process-id`, `client-id`) name as often a machine or a program: own rules say those. */
const NOUNS =
  'order payment invoice shipment delivery booking reservation cart basket refund claim ticket subscription contract customer'.split(' ');

const spellingsOf = (noun: string): readonly string[] =>
  [`${noun}-id`, `${noun}id`, `${noun}_id`]
    .flatMap((name) => [name, `x-${name}`])
    .concat(`ce_${noun}id`, `ce-${noun}id`, `cloudevents:${noun}id`, `cloudevents_${noun}id`);

const keys = NOUNS.flatMap((name) => spellingsOf(name).map((header): KeyPlace => ({ name, header })));

/** An order's number in a header, where the body does not say it or cannot be read: it joins and finds the event all the same. */
export const businessHeaders: Family = {
  name: 'business-headers',
  title: 'business id headers',
  framework: false,
  detect: { headers: keys.flatMap(({ header }) => header ?? []) },
  keys,
};
