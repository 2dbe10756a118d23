interface Params {
  get(name: string): string | null;
}

/** What a link to the dead letters carries: the group that is open, the letter in the panel, and its tab. */
export interface DeadLettersUrl {
  readonly group: string | null;
  readonly letter: string | null;
  readonly tab: 'cause' | 'headers' | 'body';
}

const tabs: readonly DeadLettersUrl['tab'][] = ['cause', 'headers', 'body'];

export const readDeadLettersUrl = (params: Params): DeadLettersUrl => ({
  group: text(params.get('group')),
  letter: text(params.get('letter')),
  tab: tabs.find((tab) => tab === params.get('tab')) ?? 'cause',
});

export function writeDeadLettersUrl(params: URLSearchParams, change: Partial<DeadLettersUrl>): URLSearchParams {
  const next = new URLSearchParams(params);
  const { group, letter, tab } = { ...readDeadLettersUrl(params), ...change };
  for (const [name, value] of Object.entries({ group, letter, tab: letter === null || tab === 'cause' ? null : tab })) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export const replayHref = (letter: string): string => `/dead-letters/replay?letter=${encodeURIComponent(letter)}`;

const text = (value: string | null): string | null => (value === null || value === '' ? null : value.slice(0, 2_048));
