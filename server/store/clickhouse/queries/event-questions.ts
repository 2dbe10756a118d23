import type { EventRow } from '@/lib/contract/traces';
import { groupOfInbox } from '@/lib/events/names';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { TypeForm } from '@/lib/traces/channel-habits';
import type { Store } from '../../store';
import type { Parameters, StoreClient } from '../client';
import { readDetail } from '../event-columns';
import type { RawEventRow } from './event-row';
import { backwards, EVENT_ROW, IN_RANGE, NEWEST_FIRST, OLDEST_FIRST, readCursor, toEventRow, toPage } from './event-row';

/** Rows a list may look at before it says that it was cut. */
const SCAN = 20_000_000;
/** An id of the wrong length is not looked for: it fits nothing and costs a URL. */
const LONGEST_ID = 1_000;

type EventQuestions = Pick<Store, 'event' | 'eventRows' | 'findId' | 'recentEvents' | 'eventsOfTypes' | 'typesOf' | 'formsOf'>;

export function eventQuestions(client: StoreClient): EventQuestions {
  return {
    async event(id) {
      if (id.length > LONGEST_ID) return null;
      const [raw] = await client.rows<RawWholeEvent>(
        `SELECT ${EVENT_ROW}, tap, epoch, batch, idx, conversationId, sagaId, detail, failure, if(isNull(key), NULL, base64Encode(assumeNotNull(key))) AS keyBytes,
          if(isNull(body), NULL, base64Encode(assumeNotNull(body))) AS bodyBytes,
          arrayMap(h -> (h.name, h.wire, if(isNull(h.value), NULL, base64Encode(assumeNotNull(h.value)))), headers) AS headerParts
        FROM events PREWHERE id = {id:String} WHERE has(ids, {id:String}) LIMIT 1`,
        { id },
        { threads: 1 },
      );
      return raw === undefined ? null : toWholeEvent(raw);
    },

    async eventRows(ids) {
      if (ids.length === 0) return [];
      const rows = await client.rows<RawEventRow>(
        `SELECT ${EVENT_ROW} FROM events PREWHERE id IN {ids:Array(String)} WHERE hasAny(ids, {ids:Array(String)}) ${OLDEST_FIRST} LIMIT 1 BY id`,
        {
          ids: ids.slice(0, 1_000),
        },
      );
      return rows.map(toEventRow);
    },

    async findId(pasted, limit) {
      const id = pasted.trim();
      if (id === '' || id.length > LONGEST_ID) return [];
      // Hex ids are stored in lower case; what looks like one is looked for both ways.
      const forms = [...new Set([id, /^[0-9a-f-]+$/i.test(id) ? id.toLowerCase() : id])];
      const rows = await client.rows<RawEventRow & { field: string }>(
        `SELECT ${EVENT_ROW}, multiIf(${ID_FIELDS.map(([column, name]) => `${column} IN {forms:Array(String)}, '${name}'`).join(', ')},
          concat('business key ', arrayFirst(k -> has({forms:Array(String)}, k.value), businessKeys).name)) AS field
        FROM events WHERE hasAny(ids, {forms:Array(String)}) ${NEWEST_FIRST} LIMIT {limit:UInt32}`,
        { forms, limit },
        { seconds: 5 },
      );
      return rows.map((row) => ({ field: row.field, event: toEventRow(row) }));
    },

    async recentEvents(query) {
      const { where, parameters } = filterEvents(query);
      const after = readCursor(query.after);
      const found = await backwards(
        { from: query.range.from, to: after === null ? query.range.to : after.at + 1 },
        query.limit + 1,
        (from) =>
          client.read<RawEventRow>(
            `SELECT ${EVENT_ROW} FROM events WHERE ${IN_RANGE} ${after === null ? '' : "AND (observedAt, id) < (fromUnixTimestamp64Micro({afterAt:Int64}, 'UTC'), {afterId:String})"} ${where}
          ${NEWEST_FIRST} LIMIT {limit:UInt32}`,
            {
              ...parameters,
              from,
              to: query.range.to,
              limit: query.limit + 1,
              ...(after !== null && { afterAt: after.at, afterId: after.id }),
            },
            { scan: SCAN, beyond: 'cut' },
          ),
      );
      return toPage(found.rows.map(toEventRow), query.limit, found.cut, (row) => ({ at: row.observedAt, id: row.id }));
    },

    async eventsOfTypes(types, since, limit) {
      if (types.length === 0) return [];
      const rows = await client.rows<RawEventRow & { sagaId: string }>(
        `SELECT ${EVENT_ROW}, sagaId FROM events WHERE observedAt >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') AND type IN {types:Array(String)} ${OLDEST_FIRST} LIMIT {limit:UInt32}`,
        { types, since: Math.trunc(since), limit },
        { seconds: 30 },
      );
      return rows.map((raw) => Object.assign(toEventRow(raw), { sagaId: raw.sagaId === '' ? null : raw.sagaId }));
    },

    async typesOf(filter, range) {
      const { where, parameters } = filterEvents({ ...filter, service: filter.source });
      const deadLetters = filter.kind === 'dead-letter' ? 'AND deadLetter = 1' : filter.kind === 'publish' ? 'AND deadLetter = 0' : '';
      return client.rows<{ type: string; count: number; failed: number }>(
        `SELECT type, count() AS count, countIf(deadLetter = 1) AS failed FROM events WHERE ${IN_RANGE} ${where} ${deadLetters} GROUP BY type ORDER BY count DESC, type LIMIT 100`,
        { ...parameters, from: range.from, to: range.to },
        { scan: SCAN, beyond: 'cut' },
      );
    },

    async formsOf(channels, range) {
      if (channels.length === 0) return [];
      // These functions look at each value of the column's dictionary once; those that parse JSON would look at every row.
      const rows = await client.rows<Omit<TypeForm, 'version' | 'schemaId'> & { version: string; schemaId: number }>(
        `SELECT broker, channel, type, if(position(simpleJSONExtractString(detail, 'version') AS said, '.') > 0, said, '') AS version,
          simpleJSONExtractUInt(detail, 'schemaId') AS schemaId, count() AS count
        FROM events WHERE ${IN_RANGE} AND deadLetter = 0 AND type != '' AND channel IN {channels:Array(String)} AND broker IN {brokers:Array(String)}
        GROUP BY broker, channel, type, version, schemaId ORDER BY count DESC, type, version, schemaId LIMIT 200 BY broker, channel`,
        { channels: channels.map(({ channel }) => channel), brokers: [...new Set(channels.map(({ broker }) => broker))], ...range },
        { scan: SCAN, beyond: 'cut' },
      );
      return rows.map(({ version, schemaId, ...row }) => ({
        ...row,
        version: version === '' ? null : version,
        schemaId: schemaId || null,
      }));
    },
  };
}

const ID_FIELDS = [
  ['id', 'event id'],
  ['traceId', 'trace id'],
  ['spanId', 'span id'],
  ['messageId', 'message id'],
  ['correlationId', 'correlation id'],
  ['causationId', 'causation id'],
  ['conversationId', 'conversation id'],
  ['sagaId', 'saga id'],
  ['replayId', 'replay id'],
  ["ifNull(key, '')", 'key'],
] as const;

interface EventFilter {
  readonly broker?: string;
  readonly channel?: string;
  readonly inbox?: string;
  readonly service?: string | undefined;
  readonly businessKey?: string;
}

/** A Kafka group gets all of its topic, so its events are the topic's. */
function filterEvents({ broker, channel, inbox, service, businessKey }: EventFilter): { where: string; parameters: Parameters } {
  const conditions: string[] = [];
  const parameters: Record<string, string> = {};
  if (broker !== undefined) conditions.push('broker = {broker:String}');
  if (channel !== undefined) conditions.push('channel = {channel:String}');
  if (service !== undefined) conditions.push('source = {service:String}');
  if (inbox !== undefined)
    conditions.push(
      `(has(inboxes.inbox, {inbox:String}) OR failureInbox = {inbox:String} OR (system = 'kafka' AND channel = {topic:String}))`,
    );
  if (businessKey !== undefined) conditions.push('has(ids, {businessKey:String}) AND has(businessKeys.value, {businessKey:String})');
  Object.assign(
    parameters,
    broker !== undefined && { broker },
    channel !== undefined && { channel },
    service !== undefined && { service },
    businessKey !== undefined && { businessKey },
  );
  if (inbox !== undefined) Object.assign(parameters, { inbox, topic: groupOfInbox(inbox).topic ?? '' });
  return { where: conditions.map((condition) => `AND ${condition}`).join(' '), parameters };
}

interface RawWholeEvent extends RawEventRow {
  readonly tap: string;
  readonly epoch: number;
  readonly batch: number;
  readonly idx: number;
  readonly conversationId: string;
  readonly sagaId: string;
  readonly detail: string;
  readonly failure: string;
  readonly keyBytes: string | null;
  readonly bodyBytes: string | null;
  readonly headerParts: readonly (readonly [name: string, wire: string, value: string | null])[];
}

const bytesOf = (base64: string | null): Uint8Array | null => (base64 === null ? null : new Uint8Array(Buffer.from(base64, 'base64')));

function toWholeEvent(raw: RawWholeEvent): ObservedEvent {
  const { key: _, failureCause: __, ...row }: EventRow = toEventRow(raw);
  return {
    ...row,
    key: bytesOf(raw.keyBytes),
    body: bytesOf(raw.bodyBytes),
    headers: raw.headerParts.map(([name, wire, value]) => ({ name, wire, value: bytesOf(value) })),
    tap: raw.tap,
    epoch: raw.epoch,
    batch: raw.batch,
    index: raw.idx,
    conversationId: raw.conversationId || null,
    sagaId: raw.sagaId || null,
    ...readDetail(raw.detail, row),
    failure: raw.failure === '' ? null : (JSON.parse(raw.failure) as ObservedEvent['failure']),
  };
}
