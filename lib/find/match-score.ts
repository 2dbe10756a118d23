/**
 * How well a name answers what was typed: the whole name, its beginning, the beginning of one of its parts, anywhere, its letters in order;
 * 0 = not at all. Several words must all fit. Case is nothing.
 */
export function matchScore(name: string, asked: string): number {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return 0;
  const scores = words.map((word) => wordScore(name.toLowerCase(), word));
  return scores.includes(0) ? 0 : scores.reduce((a, b) => a + b, 0) / scores.length;
}

function wordScore(name: string, word: string): number {
  if (name === word) return 5;
  const at = name.indexOf(word);
  if (at === 0) return 4;
  if (at > 0) return name.split(/[^a-z0-9]+/).some((part) => part.startsWith(word)) ? 3 : 2;
  return inOrder(name, word) ? 1 : 0;
}

function inOrder(name: string, word: string): boolean {
  let from = 0;
  for (const letter of word) {
    const at = name.indexOf(letter, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}
