import type { BrokerSystem, EventId, InboxName, Micros } from '@/lib/events/names';
import type { InboxTimelineRow, TimelineRow } from './timeline';
import { pausesToCut } from './timeline-scale';

/** One vertical line: a service, an inbox whose reader nobody knows, or the dead letters. */
export interface Lifeline {
  readonly id: string;
  readonly title: string;
  readonly kind: 'service' | 'unknown' | 'inbox' | 'dead-letters' | 'others';
}

/** An event on its way: from who published it to one who reads it. Its slope is the wait. */
export interface SequenceArrow {
  readonly key: string;
  readonly event: EventId;
  readonly inbox: InboxName | null;
  /** Indexes of lifelines; `to` is `null` where nobody is known to read it. */
  readonly from: number;
  readonly to: number | null;
  readonly fromY: number;
  readonly toY: number;
  readonly at: Micros;
  /** When something is known to have followed. */
  readonly arrived: Micros | null;
  /** Without that: whether its reader is past it, by samples of the broker. */
  readonly taken: 'taken' | 'waiting' | 'unknown';
  readonly system: BrokerSystem;
  readonly kind: 'event' | 'retry' | 'dead-letter' | 'replay';
  /** Said on the first arrow of an event only. */
  readonly title: string | null;
  readonly channel: string;
}

/** A pause in which nothing happened, left out. */
export interface SequenceBand {
  readonly y: number;
  readonly height: number;
  readonly from: Micros;
  readonly to: Micros;
}

export interface SequencePicture {
  readonly lifelines: readonly Lifeline[];
  /** By `fromY`. */
  readonly arrows: readonly SequenceArrow[];
  readonly bands: readonly SequenceBand[];
  /** Where a moment stands, for the axis. */
  readonly moments: readonly { readonly y: number; readonly at: Micros }[];
  readonly height: number;
  /** Services that stand together in one lifeline, because there are too many for one each. */
  readonly folded: readonly string[];
}

const STEP = 36;
const ARRIVAL = 12;
const BAND = 22;
const MOST_BANDS = 12;

/**
 * One trace as a sequence of events between services. [SQ1] Every event has an arrow for each inbox it went to, or one to nobody. [SQ2] Down is
 * later: y never runs against the order of time. [SQ3] Lifelines stand in the order in which they first appear, dead letters last; above the
 * limit the least busy ones share one. [SQ4] Pauses are bands that say how long.
 */
export function sequencePicture(rows: readonly TimelineRow[], mostLifelines = 12): SequencePicture {
  const ways = waysOf(rows);
  const { lifelines, indexOf, folded } = lifelinesOf(ways, mostLifelines);
  const points = ways
    .flatMap((way, index) => [
      { at: way.at, index, end: false },
      { at: Math.max(way.at, way.arrived ?? way.at), index, end: true },
    ])
    .toSorted((a, b) => a.at - b.at || a.index - b.index || Number(a.end) - Number(b.end));
  const times = [...new Set(points.map((point) => point.at))].sort((a, b) => a - b);
  const pauses = pausesToCut(times, MOST_BANDS);
  const cuts = new Map(pauses.map((pause) => [pause.to, pause]));
  const ys = ways.map(() => ({ from: 0, to: 0 }));
  const bands: SequenceBand[] = [];
  const moments: { y: number; at: Micros }[] = [];
  const startOf = new Map<EventId, number>();
  let y = 0;
  let before: Micros | null = null;
  for (const point of points) {
    const way = ways[point.index];
    const place = ys[point.index];
    if (way === undefined || place === undefined) continue;
    const cut = point.at === before ? undefined : cuts.get(point.at);
    if (cut) {
      bands.push({ y: y + 14, height: BAND, ...cut });
      y += BAND + 14;
    }
    before = point.at;
    if (point.end) {
      if (way.arrived === null) place.to = place.from + ARRIVAL;
      else {
        y += ARRIVAL;
        place.to = Math.max(y, place.from + ARRIVAL);
      }
      continue;
    }
    const start: number | undefined = startOf.get(way.event);
    if (start === undefined) {
      y += STEP;
      startOf.set(way.event, y);
      moments.push({ y, at: point.at });
    }
    place.from = start ?? y;
  }
  const titled = new Set<EventId>();
  const arrows = ways.map((way, index): SequenceArrow => {
    const title = titled.has(way.event) ? null : way.title;
    titled.add(way.event);
    const place = ys[index] ?? { from: 0, to: 0 };
    return {
      key: way.key,
      event: way.event,
      inbox: way.inbox,
      from: indexOf(way.from.id),
      to: way.to === null ? null : indexOf(way.to.id),
      fromY: place.from,
      toY: place.to,
      at: way.at,
      arrived: way.arrived,
      taken: way.taken,
      system: way.system,
      kind: way.kind,
      title,
      channel: way.channel,
    };
  });
  return {
    lifelines,
    arrows: arrows.toSorted((a, b) => a.fromY - b.fromY),
    bands,
    moments,
    height: Math.max(0, ...ys.map(({ to }) => to)) + STEP,
    folded,
  };
}

interface Way {
  readonly key: string;
  readonly event: EventId;
  readonly inbox: InboxName | null;
  readonly from: Lifeline;
  readonly to: Lifeline | null;
  readonly at: Micros;
  readonly arrived: Micros | null;
  readonly taken: SequenceArrow['taken'];
  readonly system: BrokerSystem;
  readonly kind: SequenceArrow['kind'];
  readonly title: string;
  readonly channel: string;
}

const letters: Lifeline = { id: 'dead-letters', title: 'dead letters', kind: 'dead-letters' };
const service = (name: string | null): Lifeline =>
  name === null ? { id: 'unknown', title: 'unknown producer', kind: 'unknown' } : { id: `service ${name}`, title: name, kind: 'service' };
const readerOf = (row: InboxTimelineRow): Lifeline => {
  const [reader] = row.services ?? [];
  return reader === undefined ? { id: `inbox ${row.broker}/${row.inbox}`, title: row.title, kind: 'inbox' } : service(reader);
};

const takenOf = ({ consumption }: InboxTimelineRow): SequenceArrow['taken'] =>
  consumption?.state === 'consumed-between' || consumption?.state === 'dead-lettered'
    ? 'taken'
    : consumption?.state === 'not-yet' || consumption?.state === 'no-members'
      ? 'waiting'
      : 'unknown';

function waysOf(rows: readonly TimelineRow[]): readonly Way[] {
  const ways: Way[] = [];
  // The row above on each level: a letter was sent by who read the inbox it hangs under.
  const above: TimelineRow[] = [];
  for (const [index, row] of rows.entries()) {
    above.length = row.depth;
    above[row.depth] = row;
    if (row.kind === 'inbox') {
      const cause = above[row.depth - 1];
      const event = cause?.kind === 'event' ? cause : null;
      const sender = event === null ? null : senderOf(event.node.event.deadLetter, event.node.event.source, above[row.depth - 2]);
      const base = { event: row.event, inbox: row.inbox, system: row.system, to: readerOf(row) };
      ways.push({
        ...base,
        key: row.key,
        from: event?.node.event.deadLetter ? letters : (sender ?? service(null)),
        at: row.from,
        arrived: row.attempts.length > 0 ? (row.bars[0]?.to ?? null) : row.to,
        taken: takenOf(row),
        kind: event?.mark === 'replay' ? 'replay' : event?.mark === 'retry' ? 'retry' : 'event',
        title: event?.node.event.type ?? 'type not said',
        channel: event?.node.event.channel ?? '',
      });
      for (const bar of row.bars.slice(1)) {
        const attempt = row.attempts.find(({ node }) => node.event.id === bar.event);
        if (attempt === undefined) continue;
        ways.push({
          ...base,
          event: bar.event,
          key: `${row.key} ${bar.event}`,
          from: attempt.replay === null ? readerOf(row) : letters,
          at: bar.from,
          arrived: bar.to,
          taken: 'unknown',
          kind: attempt.replay === null ? 'retry' : 'replay',
          title: attempt.replay === null ? `attempt ${bar.attempt ?? '?'}` : `replay R${attempt.replay}`,
          channel: attempt.node.event.channel,
        });
      }
      continue;
    }
    const below = rows[index + 1];
    const readers = below?.kind === 'inbox' && below.depth === row.depth + 1;
    const { event } = row.node;
    if (!readers || row.mark === 'dead-letter') {
      ways.push({
        key: event.id,
        event: event.id,
        inbox: null,
        from:
          row.mark === 'dead-letter'
            ? (senderOf(true, event.source, above[row.depth - 1]) ?? service(event.source))
            : service(event.source),
        to: row.mark === 'dead-letter' ? letters : null,
        at: row.at,
        arrived: row.mark === 'dead-letter' ? row.at : null,
        taken: 'unknown',
        system: event.system,
        kind: row.mark,
        title: event.type ?? 'type not said',
        channel: event.channel,
      });
    }
  }
  return ways;
}

/** A letter keeps the headers of its original, so it was not its source that sent it on but the reader of the inbox in which it died. */
function senderOf(letter: boolean, source: string | null, above: TimelineRow | undefined): Lifeline | null {
  if (letter) return above?.kind === 'inbox' ? readerOf(above) : null;
  return service(source);
}

function lifelinesOf(ways: readonly Way[], most: number) {
  const found = new Map<string, { line: Lifeline; busy: number }>();
  const see = (line: Lifeline | null): void => {
    if (line === null) return;
    const known = found.get(line.id);
    if (known) known.busy += 1;
    else found.set(line.id, { line, busy: 1 });
  };
  for (const way of ways) {
    see(way.from);
    see(way.to);
  }
  const all = [...found.values()].filter(({ line }) => line.id !== letters.id);
  const dying = found.has(letters.id);
  const room = most - (dying ? 1 : 0);
  const kept =
    all.length <= room
      ? new Set(all.map(({ line }) => line.id))
      : new Set(
          all
            .toSorted((a, b) => b.busy - a.busy)
            .slice(0, room - 1)
            .map(({ line }) => line.id),
        );
  const rest = all.filter(({ line }) => !kept.has(line.id)).map(({ line }) => line);
  const lifelines: Lifeline[] = [
    ...all.flatMap(({ line }) => (kept.has(line.id) ? [line] : [])),
    ...(rest.length > 0 ? [{ id: 'others', title: `${rest.length} others`, kind: 'others' as const }] : []),
    ...(dying ? [letters] : []),
  ];
  const places = new Map(lifelines.map(({ id }, index) => [id, index]));
  const others = places.get('others') ?? 0;
  return { lifelines, folded: rest.map(({ title }) => title), indexOf: (id: string): number => places.get(id) ?? others };
}
