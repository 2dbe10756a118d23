'use client';

import type { ReactNode } from 'react';
import type { TraceView } from '@/lib/contract/traces';
import { formatDuration, formatExact } from '@/lib/time/format';
import { isFirstPart } from '@/lib/traces/first-part';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Lamp } from '@/components/ui/lamp';
import { Time } from '@/components/ui/time';
import styles from './traces.module.css';

interface FactsProps {
  readonly trace: TraceView;
  readonly selected: string | null;
  readonly onSelect: (event: string) => void;
}

/** What went wrong is one click away: each further click selects the next such event. */
function Trouble({ events, selected, onSelect, children }: Omit<FactsProps, 'trace'> & { events: readonly string[]; children: ReactNode }) {
  const next = events[(selected === null ? -1 : events.indexOf(selected)) + 1] ?? events[0];
  return next === undefined ? (
    children
  ) : (
    <Button
      look="quiet"
      title={events.length === 1 ? 'Select this event' : 'Select the next of these events'}
      onClick={() => onSelect(next)}
    >
      {children}
    </Button>
  );
}

/** When, how long, how many, what went wrong. */
export function TraceFacts({ trace, selected, onSelect }: FactsProps) {
  const letters = trace.nodes.flatMap(({ event }) => (event.deadLetter ? [event.id] : []));
  const replays = trace.nodes.filter((node) => node.event.replayId !== null).length;
  const brokers = new Set(trace.nodes.map((node) => node.event.broker));
  return (
    <div className={styles.facts}>
      <span className="num wide-only">
        Started{' '}
        <b>
          <Time at={trace.first} precision="millis" />
        </b>
      </span>
      {!isFirstPart(trace) && (
        <span className="num">
          Took <b>{formatDuration((trace.last - trace.first) / 1000, 'sentence')}</b>
        </span>
      )}
      <span className="num">
        <b>{formatExact(isFirstPart(trace) ? (trace.cut?.of ?? trace.nodes.length) : trace.nodes.length)}</b>{' '}
        {trace.nodes.length === 1 ? 'event' : 'events'}, <b>{formatExact(trace.services.length)}</b>{' '}
        {trace.services.length === 1 ? 'service' : 'services'}
      </span>
      {brokers.size > 1 && <span className="wide-only">{brokers.size === 2 ? 'both brokers' : `${brokers.size} brokers`}</span>}
      {trace.errors > 0 && (
        <Trouble events={letters} selected={selected} onSelect={onSelect}>
          <Lamp kind="bad">{trace.errors === 1 ? '1 dead letter' : `${formatExact(trace.errors)} dead letters`}</Lamp>
        </Trouble>
      )}
      {replays > 0 && <Lamp kind="replay">{replays === 1 ? 'replayed once' : `replayed ${replays} times`}</Lamp>}
    </div>
  );
}

/** What was concluded, and what was not seen, in words. */
export function WhatIsNotSure({ trace, selected, onSelect }: FactsProps) {
  const { nodes, story } = trace;
  const orphans = nodes.filter((node) => node.orphan).length;
  const guessed = nodes.filter((node) => node.joinedBy === 'time' || node.joinedBy === 'key').length;
  const skewed = nodes.filter((node) => node.skewMicros !== null && node.skewMicros !== 0).length;
  // That nobody reads the dead letters is no news here.
  const letters = new Set(nodes.flatMap(({ event }) => (event.deadLetter ? [event.id] : [])));
  const waiting = (story?.consumption ?? []).filter(
    ({ event, state }) => (state === 'not-yet' || state === 'no-members') && !letters.has(event),
  );
  const flow = story?.flow;
  if (orphans + guessed + skewed + waiting.length === 0 && flow === undefined) return null;
  return (
    <div className={styles.legend}>
      {flow && (
        <span>
          <Icon name="inferred" size={13} />
          {flow.evidence === 'inferred' ? 'Inferred: joined' : 'Joined'} by {flow.joinedBy}
          {flow.cappedAt === null ? '' : `, up to ${formatExact(flow.cappedAt)} events`}.
        </span>
      )}
      {waiting.length > 0 && (
        <Trouble events={[...new Set(waiting.map(({ event }) => event))]} selected={selected} onSelect={onSelect}>
          <Lamp kind="warn" ink>
            {waiting.length === 1
              ? '1 inbox has not taken its event yet'
              : `${formatExact(waiting.length)} times an inbox has not taken its event yet`}
          </Lamp>
        </Trouble>
      )}
      {orphans > 0 && (
        <span>
          {orphans === 1 ? '1 event names a cause that was not seen' : `${formatExact(orphans)} events name causes that were not seen`}; it
          may be older than our taps, or on a channel without one.
        </span>
      )}
      {guessed > 0 && <span>{formatExact(guessed)} joined by time or key only, inferred.</span>}
      {skewed > 0 && (
        <span>
          {skewed === 1
            ? "1 event's clock is behind its cause's"
            : `${formatExact(skewed)} events' clocks are behind those of their causes`}
          : lengths there are not exact.
        </span>
      )}
    </div>
  );
}
