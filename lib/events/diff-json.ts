/** One difference between two bodies. `path` is written as `order.lines[0].price`; texts are JSON, cut at 200 characters. */
export interface JsonChange {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: string | null;
  readonly after: string | null;
}

export interface JsonDiff {
  readonly changes: readonly JsonChange[];
  /** More differences than are listed. */
  readonly more: number;
  /** Fields that are the same. */
  readonly same: number;
}

const MOST_CHANGES = 500;
const LONGEST = 200;
const DEEPEST = 100;

/**
 * What is different in `after`, field by field, in the order of `before`, new fields last. [DF1] Equal values give nothing. [DF2] Lists are compared
 * place by place. [DF3] Whatever the values: it ends, and lists at most 500 differences.
 */
export function diffJson(before: unknown, after: unknown): JsonDiff {
  const changes: JsonChange[] = [];
  let more = 0;
  let same = 0;
  const note = (change: JsonChange): void => {
    if (changes.length < MOST_CHANGES) changes.push(change);
    else more += 1;
  };
  const walk = (a: unknown, b: unknown, path: string, depth: number): void => {
    if (depth < DEEPEST && isObject(a) && isObject(b) && Array.isArray(a) === Array.isArray(b)) {
      const list = Array.isArray(a);
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
        const here = list ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
        const [inA, inB] = [Object.hasOwn(a, key), Object.hasOwn(b, key)];
        if (inA && inB) walk(a[key], b[key], here, depth + 1);
        else if (inA) note({ path: here, kind: 'removed', before: textOf(a[key]), after: null });
        else note({ path: here, kind: 'added', before: null, after: textOf(b[key]) });
      }
      return;
    }
    const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
    if (x === y) same += 1;
    else note({ path: path === '' ? 'the whole body' : path, kind: 'changed', before: textOf(a), after: textOf(b) });
  };
  walk(before, after, '', 0);
  return { changes, more, same };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function textOf(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
