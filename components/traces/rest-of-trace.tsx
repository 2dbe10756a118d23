'use client';

import type { TraceView } from '@/lib/contract/traces';
import { formatExact } from '@/lib/time/format';
import { Button } from '@/components/ui/button';
import { Lamp } from '@/components/ui/lamp';
import { Note } from '@/components/ui/states';

/** The first events are there to be read, the others come. */
export function RestIsRead({ cut }: { readonly cut: TraceView['cut'] }) {
  return (
    <Note>
      <span role="status" className="num">
        The first <b>{formatExact(cut?.shown ?? 0)}</b>
        {cut?.of === null || cut === null ? '' : ` of ${formatExact(cut.of)}`} events; the rest is being read …
      </span>
    </Note>
  );
}

/** The first events are there, the others could not be read. */
export function RestUnread({
  cut,
  why,
  onRead,
}: {
  readonly cut: TraceView['cut'];
  readonly why: string | null;
  readonly onRead: () => void;
}) {
  return (
    <Note tone="warn">
      <Lamp kind="warn" label="not whole" />
      <span role="alert" className="grow num">
        Only the first <b>{formatExact(cut?.shown ?? 0)}</b>
        {cut?.of === null || cut === null ? '' : ` of ${formatExact(cut.of)}`} events are here: the rest could not be read
        {why === null ? '.' : ` (${why.replace(/\.$/, '')}).`}
      </span>
      <Button onClick={onRead}>Read the rest</Button>
    </Note>
  );
}
