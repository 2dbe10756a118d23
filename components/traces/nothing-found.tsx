import { pastedWord } from '@/lib/search/write-query';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/states';

export interface NothingFoundProps {
  readonly q: string | null;
  /** false: nothing was searched. */
  readonly understood: boolean;
  /** All of the time was searched. */
  readonly whole: boolean;
  readonly onAll: () => void;
  readonly onDay: () => void;
}

/** Why the list is empty, and what else could be asked. */
export function NothingFound({ q, understood, whole, onAll, onDay }: NothingFoundProps) {
  if (!understood) {
    return (
      <EmptyState title="Nothing was searched" actions={<Button onClick={onAll}>Show all traces</Button>}>
        <p>This line is not understood; above it is said where. Nothing of it is lost: change it and search again.</p>
      </EmptyState>
    );
  }
  if (!whole) {
    return (
      <EmptyState title="Nothing was found in the part that was searched">
        <p>What is older than that was not looked at: below it is said how to go on.</p>
      </EmptyState>
    );
  }
  const actions = (
    <>
      <Button onClick={onDay}>Last 24 hours</Button>
      {q !== null && <Button onClick={onAll}>Show all traces</Button>}
    </>
  );
  if (q === null) {
    return (
      <EmptyState title="No traces in this time" actions={actions}>
        <p>A trace begins with the first event that is seen. Look at Settings for the state of the taps, or take a longer time.</p>
      </EmptyState>
    );
  }
  if (pastedWord(q) !== null) {
    return (
      <EmptyState title="Nothing carries this id, or has this word in this time" actions={actions}>
        <p>
          Looked up were trace, span, message, correlation, causation, conversation and saga ids, keys and business keys at any time, and
          names and bodies in this time. An id has to be whole and written as the event carries it. Events older than the store keeps, and
          channels without a tap, cannot be found.
        </p>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No trace has such an event in this time" actions={actions}>
      <p>
        All conditions are about one event. For something elsewhere in the same trace write <code>has(type=…)</code>. Take away a condition,
        or take a longer time.
      </p>
    </EmptyState>
  );
}
