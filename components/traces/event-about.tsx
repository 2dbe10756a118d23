'use client';

import type { TraceNode } from '@/lib/contract/traces';
import { formatDuration } from '@/lib/time/format';
import { momentOf } from '@/lib/traces/moment-of';
import type { StoryLookup } from '@/lib/traces/read-story';
import { Icon } from '@/components/ui/icon';
import { Lamp } from '@/components/ui/lamp';
import { PanelSection } from '@/components/ui/panel';
import styles from './traces.module.css';

export interface EventAboutProps {
  readonly event: string;
  readonly nodes: readonly TraceNode[];
  readonly story: StoryLookup;
  readonly onSelect: (event: string) => void;
}

/** What the trace knows of the selected event: what deserves a word, its cause and how it is known, and what followed. */
export function EventAbout({ event, nodes, story, onSelect }: EventAboutProps) {
  const node = nodes.find((each) => each.event.id === event);
  if (node === undefined) return null;
  const cause = node.parent === null ? undefined : nodes.find((each) => each.event.id === node.parent);
  const effects = nodes.filter((each) => each.parent === event);
  const marks = story.marksOf(event);
  const known = story.parentOf(event);
  const evidence = known?.evidence ?? (node.joinedBy === 'time' ? 'inferred' : 'seen');
  return (
    <>
      {marks.length > 0 && (
        <PanelSection title="Worth a look">
          <ul className={styles.marks}>
            {marks.map((mark) => (
              <li key={`${mark.kind} ${mark.text}`}>
                <Lamp kind="warn" size={10} />
                <span>{mark.text}</span>
                {mark.other !== null && nodes.some((each) => each.event.id === mark.other) && (
                  <EventButton node={nodes.find((each) => each.event.id === mark.other)} onSelect={onSelect} />
                )}
              </li>
            ))}
          </ul>
        </PanelSection>
      )}
      <PanelSection title="Cause and effects">
        <ul className={styles.causes}>
          {cause ? (
            <li>
              <span className="quiet nowrap">caused by</span>
              <EventButton node={cause} onSelect={onSelect} />
              <span className="quiet num">{since(cause, node)}</span>
            </li>
          ) : (
            <li className="quiet">{node.orphan ? 'It names a cause that was not seen.' : 'The first event that was seen.'}</li>
          )}
          {cause && (
            <li className="quiet">
              {evidence === 'inferred' ? 'inferred, ' : ''}
              {known?.named ?? node.named ?? joinedWords[node.joinedBy]}
            </li>
          )}
          {effects.slice(0, MOST).map((effect) => (
            <li key={effect.event.id}>
              <span className="quiet">then</span>
              <EventButton node={effect} onSelect={onSelect} />
              <span className="quiet num">{since(node, effect)}</span>
            </li>
          ))}
          {effects.length > MOST && <li className="quiet">and {effects.length - MOST} more</li>}
        </ul>
      </PanelSection>
    </>
  );
}

const MOST = 6;

const since = (from: TraceNode, to: TraceNode): string =>
  formatDuration(Math.max(0, momentOf(to.event).at - momentOf(from.event).at) / 1000);

const joinedWords: Record<TraceNode['joinedBy'], string> = {
  root: 'the root',
  causation: 'by its causation id',
  span: 'by its parent span',
  'dead-letter': 'the letter and its original',
  replay: 'a replay of that letter',
  reply: 'a reply: correlation id',
  retry: 'the same message, tried again',
  key: 'by the business key and time',
  time: 'by time alone',
};

function EventButton({ node, onSelect }: { readonly node: TraceNode | undefined; readonly onSelect: (event: string) => void }) {
  if (node === undefined) return null;
  const { event } = node;
  return (
    <button type="button" className={styles.eventButton} onClick={() => onSelect(event.id)} title={`${event.channel} on ${event.broker}`}>
      <Icon
        name={event.deadLetter ? 'dead-letter-inbox' : 'event'}
        size={12}
        className={event.deadLetter ? 'tone-bad' : `tone-${event.system}`}
      />
      <span className="mono truncate">{event.type ?? 'type not said'}</span>
    </button>
  );
}
