import { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { InsertSpool } from '../insert-spool';
import { EndedEarly, toStoreError } from './errors';
import { openReader, type Parameters, type StoreAddress } from './read-over-http';

export type { Parameters };

export interface ClientSettings extends StoreAddress {
  /** Another way for the data of large inserts than the request's body. */
  readonly spool?: InsertSpool | undefined;
}

export interface ReadLimits {
  /** Seconds the engine may compute. */
  readonly seconds?: number;
  /** Rows it may look at. */
  readonly scan?: number;
  /** Beyond `scan`: give what was found so far (and say so), or refuse. */
  readonly beyond?: 'cut' | 'throw';
  /** One for a question whose answer lies in one place: a second thread costs more than it brings. */
  readonly threads?: 1 | 2;
  /** `older` plans a statement of many columns and one table two milliseconds sooner; it knows no newer syntax. */
  readonly planner?: 'older';
}

export interface ReadResult<T> {
  readonly rows: readonly T[];
  /** The scan limit was reached: more may be there. */
  readonly cut: boolean;
}

/** What this folder needs of ClickHouse over HTTP. Everything thrown is an `AppError` with a `StoreErrorCode`. */
export interface StoreClient {
  /** Rows as objects by column name. Bounded in time, memory and rows looked at [S6]. */
  read<T>(sql: string, parameters?: Parameters, limits?: ReadLimits): Promise<ReadResult<T>>;
  rows<T>(sql: string, parameters?: Parameters, limits?: ReadLimits): Promise<readonly T[]>;
  /** A statement without rows: DDL, INSERT … SELECT. */
  run(sql: string, parameters?: Parameters): Promise<void>;
  /** An insert whose data follows in a binary format. */
  send(sql: string, bytes: Uint8Array, parameters?: Parameters): Promise<void>;
  /** A few rows as objects. */
  insert(table: string, rows: readonly object[]): Promise<void>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

const READ_SECONDS = 10;
/** A store that is stopped or stuck does not end its own questions: a reader waits this much longer than it may compute. */
const GRACE_SECONDS = 5;
const SCAN_ROWS = 100_000_000;
/** Above the engine's own limit, so that the engine's answer comes first. */
const REQUEST_TIMEOUT_MS = 60_000;

export function openClient({ url, user, password, database, spool }: ClientSettings): StoreClient {
  const client = createClient({
    url,
    username: user,
    password,
    database,
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: 16,
    // The client would write parameters (a person's data) to the console.
    log: { level: ClickHouseLogLevel.OFF },
  });
  const reader = openReader({ url, user, password, database });
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toStoreError(error);
    }
  };
  const read = <T>(sql: string, parameters: Parameters = {}, limits: ReadLimits = {}): Promise<ReadResult<T>> =>
    guarded(async () => {
      const scan = limits.scan ?? SCAN_ROWS;
      const query = `${sql}\nSETTINGS max_execution_time = ${limits.seconds ?? READ_SECONDS}, max_rows_to_read = ${scan}, read_overflow_mode = '${limits.beyond === 'cut' ? 'break' : 'throw'}', max_threads = ${limits.threads ?? 2}${limits.planner === 'older' ? ', enable_analyzer = 0' : ''}, ${READ_SETTINGS}`;
      const within = AbortSignal.timeout(((limits.seconds ?? READ_SECONDS) + GRACE_SECONDS) * 1_000);
      const { meta, data, rows: count, statistics, exception } = wholeAnswer(await reader.read(query, parameters, within));
      // What went wrong after the first rows were sent stands behind them.
      if (exception !== undefined) throw new EndedEarly(exception);
      if (count !== data.length) throw new EndedEarly();
      const rows = asObjects<T>(
        (meta ?? []).map((column) => column.name),
        data,
      );
      return { rows, cut: limits.beyond === 'cut' && (statistics?.rows_read ?? 0) >= scan };
    });
  return {
    read,
    rows: async <T>(sql: string, parameters?: Parameters, limits?: ReadLimits) => (await read<T>(sql, parameters, limits)).rows,
    run: (sql, parameters = {}) => guarded(async () => void (await client.command({ query: sql, query_params: parameters }))),
    send: (sql, bytes, parameters = {}) =>
      guarded(async () => {
        const spooled = (await spool?.(bytes)) ?? null;
        try {
          const { stream } = await client.exec({
            query: sql,
            query_params: parameters,
            ...(spooled === null ? { values: Readable.from([bytes], { objectMode: false }) } : { http_headers: spooled.headers }),
          });
          for await (const _ of stream);
        } finally {
          await spooled?.remove();
        }
      }),
    insert: (table, rows) =>
      guarded(async () => {
        const first = rows[0];
        if (first === undefined) return;
        await client.insert({ table, values: rows, format: 'JSONEachRow', columns: Object.keys(first) as [string, ...string[]] });
      }),
    ping: async () => (await client.ping()).success,
    close: async () => {
      reader.close();
      await client.close();
    },
  };
}

/** Copies of one object with all names keep its shape: an object that is given thirty names one by one becomes a slow table of them. */
function asObjects<T>(names: readonly string[], data: readonly (readonly unknown[])[]): T[] {
  const shape = JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null])))) as Record<string, unknown>;
  return data.map((values) => {
    const row = { ...shape };
    for (let i = 0; i < names.length; i++) row[names[i] as string] = values[i];
    return row as T;
  });
}

interface Answer {
  readonly meta?: readonly { readonly name: string }[];
  readonly data: readonly (readonly unknown[])[];
  readonly rows?: number;
  readonly statistics?: { readonly rows_read: number };
  readonly exception?: string;
}

function wholeAnswer(text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    throw new EndedEarly();
  }
}

/** In the statement and never as client settings: those leak into later queries of the embedded engine. */
const READ_SETTINGS = [
  // Our questions are short: compiling them takes longer than asking them.
  'compile_expressions = 0',
  'compile_aggregate_expressions = 0',
  'compile_sort_description = 0',
  // `max(batch) AS batch` beside `argMax(size, batch)` means the column.
  'prefer_column_name_to_alias = 1',
  'output_format_json_quote_64bit_integers = 0',
  'output_format_json_named_tuples_as_objects = 1',
  'do_not_merge_across_partitions_select_final = 1',
].join(', ');
