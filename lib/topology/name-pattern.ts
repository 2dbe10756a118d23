/** A test for names by patterns: `*` any run of characters, `?` exactly one; everything else stands for itself. No patterns match nothing. */
export function matcherOf(patterns: readonly string[]): (name: string) => boolean {
  const tests = patterns.map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
          .replace(/\*/g, '.*')
          .replace(/\?/g, '.')}$`,
        's',
      ),
  );
  return (name) => tests.some((test) => test.test(name));
}

/** Whether a pattern is a plain name. */
export const isLiteral = (pattern: string): boolean => !/[*?]/.test(pattern);
