import { Button } from '@/components/ui/button';

/** The rows would stand in another order now: nothing moves before somebody wants it. */
export function NewOrder({ moved, onSort }: { readonly moved: boolean; readonly onSort: () => void }) {
  return moved ? (
    <Button icon="tidy" onClick={onSort} title="The numbers changed; the rows keep their places until you sort them">
      Sort again
    </Button>
  ) : null;
}
