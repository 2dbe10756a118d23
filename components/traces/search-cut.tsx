import type { TracesPage } from '@/lib/contract/traces';
import { Button } from '@/components/ui/button';
import { Lamp } from '@/components/ui/lamp';
import { Note } from '@/components/ui/states';
import { Time } from '@/components/ui/time';

export interface SearchCutProps {
  /** What was looked at whole. */
  readonly searched: NonNullable<TracesPage['searched']>;
  /** The list is in an order of its own, by all that was found. */
  readonly ordered: boolean;
  /** Goes on with the time before. */
  readonly onBefore: () => void;
}

/** [Q24] [Q29] A search that its budget ended: which part was searched, and how to come to the rest. */
export function SearchCut({ searched, ordered, onBefore }: SearchCutProps) {
  return (
    <Note tone="warn">
      <Lamp kind="warn" label="not searched whole" />
      <span className="grow" role="status">
        {ordered ? 'Only what was found from ' : 'Only '}
        <b>
          <Time at={searched.from} /> to <Time at={searched.to} />
        </b>{' '}
        {ordered ? 'stands in this order' : 'was searched'}: what is older would cost more than one search may. Narrow the time, or add an
        id, a channel or a type.
      </span>
      <Button onClick={onBefore}>Search the time before</Button>
    </Note>
  );
}
