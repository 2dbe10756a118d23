import type { DeadLetterRow, ReplayOutcome } from '@/lib/contract/dead-letters';
import { Lamp } from '@/components/ui/lamp';
import { Time } from '@/components/ui/time';

/** Where a letter stands: nobody's, replayed, back again, or uncertain. */
export function LetterState({ letter }: { readonly letter: DeadLetterRow }) {
  const last = letter.replays.at(-1);
  switch (letter.state) {
    case 'waiting':
      return <span className="muted">{letter.replays.length === 0 ? 'not replayed' : 'not replayed, tried before'}</span>;
    case 'replayed':
      return (
        <Lamp kind="replay" ink>
          replayed {last && <Time at={last.outcomeAt ?? last.intendedAt} />}
        </Lamp>
      );
    case 'back-again':
      return <Lamp kind="warn">back again{letter.replays.length > 1 ? `, ${letter.replays.length} times replayed` : ''}</Lamp>;
    case 'uncertain':
      return <Lamp kind="off">uncertain: may have been sent</Lamp>;
  }
}

export const outcomeWords: Record<ReplayOutcome, string> = {
  'sent-and-taken': 'Sent, confirmed, and taken out of its dead-letter queue',
  'sent-and-marked': 'Sent and confirmed; the log keeps the letter, it is marked replayed',
  'sent-not-taken': 'Sent and confirmed, but the letter could not be taken out of its queue',
  'not-sent': 'Not sent: nothing was published and the letter is where it was',
  uncertain: 'Uncertain: it may have been sent; look for the event before sending again',
};
