/**
 * One piece of work at a time; what is added meanwhile goes together into the next. The slower the broker answers, the more goes into one request: a
 * busy broker is asked less often, not more. A load that fails is tried again item by item, so that one bad item does not take the others with it.
 */
export function together<T>(
  work: (items: readonly T[]) => Promise<void>,
  { sizeOf, most, size }: { readonly sizeOf: (item: T) => number; readonly most: number; readonly size: number },
): (items: readonly T[]) => Promise<void> {
  interface Waiting {
    readonly items: readonly T[];
    readonly done: () => void;
    readonly failed: (error: unknown) => void;
  }
  const waiting: Waiting[] = [];
  let isBusy = false;

  /** The oldest, as many as fit; the first one always. */
  function next(): Waiting[] {
    let [items, bytes, end] = [0, 0, 0];
    for (const one of waiting) {
      items += one.items.length;
      bytes += one.items.reduce((sum, item) => sum + sizeOf(item), 0);
      if (end > 0 && (items > most || bytes > size)) break;
      end += 1;
    }
    return waiting.splice(0, end);
  }

  const alone = ({ items, done, failed }: Waiting): Promise<void> => work(items).then(done, failed);

  async function run(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) {
      const load = next();
      const [first] = load;
      if (load.length === 1 && first !== undefined) await alone(first);
      else
        try {
          await work(load.flatMap(({ items }) => items));
          for (const { done } of load) done();
        } catch {
          for (const one of load) await alone(one);
        }
    }
    isBusy = false;
  }

  return (items) =>
    new Promise((done, failed) => {
      waiting.push({ items, done, failed });
      if (!isBusy) void run();
    });
}
