/** How a name of an event is written. */
export type NamingStyle = 'dotted' | 'pascal' | 'upper-snake' | 'snake' | 'kebab' | 'camel' | 'mixed';

const STYLES: readonly (readonly [NamingStyle, RegExp])[] = [
  ['dotted', /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/],
  ['upper-snake', /^[A-Z0-9]+(_[A-Z0-9]+)+$/],
  ['pascal', /^([A-Z][a-z0-9]+)+$/],
  ['kebab', /^[a-z0-9]+(-[a-z0-9]+)+$/],
  ['snake', /^[a-z0-9]+(_[a-z0-9]+)+$/],
  ['camel', /^[a-z]+([A-Z][a-z0-9]*)+$/],
];

const WORDS: Readonly<Record<NamingStyle, string>> = {
  dotted: 'words with dots',
  pascal: 'PascalCase',
  'upper-snake': 'UPPER_SNAKE',
  snake: 'snake_case',
  kebab: 'kebab-case',
  camel: 'camelCase',
  mixed: 'no common style',
};

/** A namespace or a URI before the name (`com.acme.OrderPlaced`, `urn:x:OrderPlaced`) is not the name. */
export function namingStyleOf(type: string): NamingStyle {
  const name = /[A-Z]/.test(type) ? (/[^./:#]+$/.exec(type)?.[0] ?? type) : type;
  return STYLES.find(([, pattern]) => pattern.test(name))?.[0] ?? 'mixed';
}

const MOST_SHARE = 0.8;
const FEWEST_TYPES = 3;

/** The style that most types of a channel have; `null` when there is none. Types count, not events: one loud type sets no rule. */
export function namingRuleOf(types: readonly string[]): NamingStyle | null {
  if (types.length < FEWEST_TYPES) return null;
  const counts = new Map<NamingStyle, number>();
  for (const type of types) counts.set(namingStyleOf(type), (counts.get(namingStyleOf(type)) ?? 0) + 1);
  const [style, count] = [...counts].toSorted((a, b) => b[1] - a[1])[0] ?? (['mixed', 0] as const);
  return style !== 'mixed' && count / types.length >= MOST_SHARE ? style : null;
}

export const styleInWords = (style: NamingStyle): string => WORDS[style];
