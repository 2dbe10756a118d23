import http from 'node:http';
import https from 'node:https';
import { parseError } from '@clickhouse/client';

export interface StoreAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export type Parameters = Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;

/** Asks and gives the whole answer as text; what the engine refuses is a `ClickHouseError`. */
export interface HttpReader {
  read(query: string, parameters: Parameters, within: AbortSignal): Promise<string>;
  close(): void;
}

const MAX_CONNECTIONS = 16;

/**
 * Reads by ClickHouse's HTTP interface. The client library waits for a timer before each request and makes a second pass over each answer: two
 * milliseconds a question, where an answer takes four (docs/adr/0009-reads-over-plain-http.md). Writes go through the library.
 */
export function openReader({ url, user, password, database }: StoreAddress): HttpReader {
  const { protocol, hostname, port } = new URL(url);
  const { Agent, request } = protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const ask = (query: string, path: string, signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      const body = Buffer.from(query);
      const asked = request({
        agent,
        protocol,
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path,
        method: 'POST',
        signal,
        headers: { authorization, 'content-type': 'text/plain; charset=UTF-8', 'content-length': body.length },
      });
      asked.once('error', (error) => reject(Object.assign(error, { wasReused: asked.reusedSocket })));
      asked.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve(text);
          else reject(parseError(text));
        });
      });
      asked.end(body);
    });
  return {
    async read(query, parameters, within) {
      const params = Object.entries(parameters).map(
        ([name, value]) => `&param_${name}=${encodeURIComponent(Buffer.from(written(value)).toString('utf8'))}`,
      );
      const path = `/?database=${encodeURIComponent(database)}&default_format=JSONCompact${params.join('')}`;
      try {
        return await ask(query, path, within);
      } catch (error) {
        // A connection that was kept open may be closed by the server the moment it is used; the question was not heard then.
        if (!wasClosedMeanwhile(error)) throw error;
        return ask(query, path, within);
      }
    },
    close: () => agent.destroy(),
  };
}

const wasClosedMeanwhile = (error: unknown): boolean =>
  error instanceof Error && 'wasReused' in error && error.wasReused === true && 'code' in error && error.code === 'ECONNRESET';

type Value = Parameters[string];

/** In ClickHouse's escaped form (TSV); within an array strings are quoted. Half a character, which no UTF-8 can hold, becomes U+FFFD. */
const written = (value: Value): string =>
  typeof value === 'object'
    ? `[${value.map((each) => (typeof each === 'number' ? String(each) : `'${escaped(each)}'`)).join(',')}]`
    : typeof value === 'number'
      ? String(value)
      : escaped(value);

const escaped = (text: string): string => text.replace(/[\\'\t\n\r]/g, (char) => ESCAPES[char] ?? char);

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\t': '\\t', '\n': '\\n', '\r': '\\r' };
