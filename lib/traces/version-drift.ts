import type { EventMark } from '@/lib/contract/trace-story';
import type { EventRow } from '@/lib/contract/traces';
import type { ChannelHabits } from './channel-habits';
import { joiningKeys } from './joining-keys';

/** [M3] One type in two forms: two versions, or two schemas of the registry, within the trace or against what is usual on its channel. */
export function* drifts(events: readonly EventRow[], habits: ChannelHabits): Generator<EventMark> {
  const versions = new Map<string, EventRow>();
  const schemas = new Map<string, EventRow>();
  const counting = sourcesWithSchemaVersions(events);
  const isVersion = (a: EventRow, b: EventRow): boolean =>
    isDotted(a.version) || isDotted(b.version) || (counting.has(writerOf(a)) && counting.has(writerOf(b)));
  for (const event of events) {
    const { id, type, version = null, schemaId = null } = event;
    if (type === null || event.deadLetter) continue;
    const place = `${event.broker}\n${event.channel}\n${type}`;
    const mark = (text: string, other: EventRow | null): EventMark => ({
      event: id,
      kind: 'version-drift',
      text,
      other: other?.id ?? null,
    });
    const said = version === null ? null : firstOf(versions, place, event);
    const written = schemaId === null ? null : firstOf(schemas, place, event);
    if (said !== null && said.version !== version && isVersion(said, event))
      yield mark(`${type} as version ${version}, before it as ${said.version}`, said);
    else if (written !== null && written.schemaId !== schemaId)
      yield mark(`${type} with schema ${schemaId}, before it with ${written.schemaId}`, written);
    else if (said === null && written === null) {
      const text = againstHabit({ ...event, type }, habits);
      if (text !== null) yield mark(text, null);
    }
  }
}

/** The first of the place before this event; null = it is the first itself. */
function firstOf(seen: Map<string, EventRow>, place: string, event: EventRow): EventRow | null {
  const first = seen.get(place);
  if (first === undefined) seen.set(place, event);
  return first ?? null;
}

/** Only what is rare is told: while one type comes in two forms for good, half of all events would carry a mark. */
const RARE = 0.2;

function againstHabit(event: EventRow & { readonly type: string }, habits: ChannelHabits): string | null {
  const { type, version = null, schemaId = null } = event;
  const forms = habits.formsOf(event);
  const all = forms.reduce((sum, { count }) => sum + count, 0);
  const like = (is: (form: (typeof forms)[number]) => boolean): number => forms.reduce((sum, form) => sum + (is(form) ? form.count : 0), 0);
  const [usual] = forms;
  if (usual === undefined) return null;
  if (
    isDotted(version) &&
    isDotted(usual.version) &&
    differs(version, usual.version) &&
    like((form) => form.version === version) / all < RARE
  )
    return `${type} as version ${version}, on ${event.channel} mostly as ${usual.version}`;
  if (differs(schemaId, usual.schemaId) && like((form) => form.schemaId === schemaId) / all < RARE)
    return `${type} with schema ${schemaId}, on ${event.channel} mostly with ${usual.schemaId}`;
  return null;
}

/** Both are said, and not the same. */
const differs = <T>(a: T | null | undefined, b: T | null | undefined): boolean =>
  a !== null && a !== undefined && b !== null && b !== undefined && a !== b;

/** Whole numbers may count the events of a stream; `1.0` is a version of a schema. */
const isDotted = (version: string | null | undefined): boolean => version !== null && version !== undefined && version.includes('.');

/**
 * Whose whole numbers are versions of schemas: a stream's version is new with each of its events, a schema's is said again by the next event of
 * the same business key.
 */
function sourcesWithSchemaVersions(events: readonly EventRow[]): ReadonlySet<string> {
  const said = new Map<string, EventRow>();
  const found = new Set<string>();
  for (const event of events) {
    const key = joiningKeys(event)[0];
    if (key === undefined || (event.version ?? null) === null || event.deadLetter || event.replayId !== null) continue;
    const place = `${writerOf(event)}\n${key.name}\n${key.value}\n${event.version}`;
    const other = said.get(place);
    if (other === undefined) said.set(place, event);
    else if (other.type !== event.type) found.add(writerOf(event));
  }
  return found;
}

const writerOf = ({ source, broker, channel }: EventRow): string => source ?? `${broker}\n${channel}`;
