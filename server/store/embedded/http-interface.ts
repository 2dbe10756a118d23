import { timingSafeEqual } from 'node:crypto';
import { closeSync, existsSync, openSync, unlinkSync, writeSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Engine, EngineResult } from './engine';
import { EngineError } from './engine';
import { EMBEDDED_HEADER } from './messages';
import { SPOOL_HEADER, SPOOL_PATH, spooledFile, sweepSpool } from './spool';
import { bindParameters, changesSession, insertFromFile, isInsert, isRead, readRequest, StatementError } from './statement';

export interface HttpInterfaceOptions {
  readonly engine: Engine;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** Bodies of inserts are put here; a memory file system when there is one. */
  readonly spoolDirectory: string;
}

const MAX_STATEMENT_BYTES = 4 * 1024 * 1024;
const MAX_INSERT_BYTES = 512 * 1024 * 1024;

/** The part of ClickHouse's HTTP interface that `@clickhouse/client` uses: GET and POST `/`, `/ping`, `param_*`, exception codes. */
export function createHttpInterface(options: HttpInterfaceOptions): Server {
  let spooled = 0;
  const nextSpoolFile = (): string => join(options.spoolDirectory, `insert-${++spooled}.bin`);
  return createServer({ keepAliveTimeout: 60_000, requestTimeout: 120_000, maxHeaderSize: MAX_STATEMENT_BYTES }, (request, response) => {
    response.setHeader(EMBEDDED_HEADER, '1');
    answer(request, response, options, nextSpoolFile).catch((error: unknown) => answerError(response, error));
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpInterfaceOptions,
  nextSpoolFile: () => string,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://store');
  if (url.pathname === '/ping') return void response.end('Ok.\n');
  if (!isAuthentic(request, options))
    return answerText(response, 516, 403, 'Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)\n');
  if (url.pathname === SPOOL_PATH) {
    sweepSpool(options.spoolDirectory, Date.now());
    return void response.end(options.spoolDirectory);
  }
  if (url.pathname !== '/') return answerText(response, 0, 404, 'There is no such path\n');
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') throw new StatementError('Compressed bodies are not taken', 62);

  const asked = readRequest(url, options.database);
  const bodyIsData = asked.sql !== '' && isInsert(asked.sql) && request.method === 'POST';
  const spooled = request.headers[SPOOL_HEADER];
  const result =
    typeof spooled === 'string'
      ? await runSpooled(asked.sql === '' ? await readText(request) : asked.sql, asked.parameters, options, spooled)
      : bodyIsData
        ? await runInsert(request, bindParameters(asked.sql, asked.parameters), options, nextSpoolFile())
        : await runStatement(asked.sql === '' ? await readText(request) : asked.sql, asked.parameters, asked.format, options.engine);
  const summary = {
    read_rows: String(result.rows),
    read_bytes: '0',
    written_rows: '0',
    written_bytes: '0',
    total_rows_to_read: '0',
    result_rows: '0',
    result_bytes: String(result.bytes.length),
    elapsed_ns: String(Math.round(result.ms * 1e6)),
  };
  response.writeHead(200, {
    'content-type': 'text/plain; charset=UTF-8',
    'content-length': result.bytes.length,
    'x-clickhouse-query-id': url.searchParams.get('query_id') ?? '',
    'x-clickhouse-summary': JSON.stringify(summary),
  });
  response.end(result.bytes);
}

function runStatement(sql: string, parameters: ReadonlyMap<string, string>, format: string, engine: Engine): Promise<EngineResult> {
  if (changesSession(sql)) throw new StatementError('SET and USE would change every later statement', 115);
  const bound = bindParameters(sql, parameters);
  return isRead(bound) ? engine.read(bound, format) : engine.write(bound, format);
}

async function runInsert(request: IncomingMessage, sql: string, options: HttpInterfaceOptions, file: string): Promise<EngineResult> {
  try {
    const bytes = await spool(request, file);
    return await options.engine.write(bytes === 0 ? sql : insertFromFile(sql, file), 'Null');
  } finally {
    unlinkQuietly(file);
  }
}

/** An insert whose data the writer has put into the folder itself. The writer removes it. */
async function runSpooled(
  sql: string,
  parameters: ReadonlyMap<string, string>,
  { engine, spoolDirectory }: HttpInterfaceOptions,
  name: string,
): Promise<EngineResult> {
  if (!isInsert(sql)) throw new StatementError('Only an insert has a body', 62);
  const file = spooledFile(spoolDirectory, name);
  // The folder is made anew when this process takes the place of one that died.
  if (!existsSync(file)) throw new StatementError('The data of this insert is gone', 1002);
  return engine.write(insertFromFile(bindParameters(sql, parameters), file), 'Null');
}

/** Writes the body as it comes; the file lies in memory, so the writes do not wait. Resolves to its size. */
function spool(request: IncomingMessage, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const handle = openSync(file, 'wx', 0o600);
    let size = 0;
    const finish = (error?: Error): void => {
      request.removeAllListeners('data');
      closeSync(handle);
      if (error === undefined) resolve(size);
      else reject(error);
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      try {
        if (size > MAX_INSERT_BYTES) throw new StatementError('The body is too large', 307);
        for (let at = 0; at < chunk.length;) at += writeSync(handle, chunk, at);
      } catch (error) {
        finish(error as Error);
      }
    });
    request.once('end', () => finish());
    request.once('error', finish);
    request.once('aborted', () => finish(new StatementError('The sender went away', 210)));
  });
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_STATEMENT_BYTES) throw new StatementError('The statement is too long', 62);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isAuthentic(request: IncomingMessage, { user, password }: HttpInterfaceOptions): boolean {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const given =
    basic === undefined
      ? `${request.headers['x-clickhouse-user'] ?? ''}:${request.headers['x-clickhouse-key'] ?? ''}`
      : Buffer.from(basic, 'base64').toString('utf8');
  const [a, b] = [Buffer.from(given), Buffer.from(`${user}:${password}`)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const code = error instanceof EngineError || error instanceof StatementError ? error.code : 1002;
  const message = error instanceof Error ? error.message : String(error);
  const text = message.startsWith('Code: ') ? message : `Code: ${code}. DB::Exception: ${message}. (EMBEDDED_STORE)`;
  answerText(response, code, code === 202 ? 503 : code < 1000 ? 400 : 500, `${text}\n`);
}

function answerText(response: ServerResponse, code: number, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=UTF-8',
    ...(code > 0 && { 'x-clickhouse-exception-code': String(code) }),
  });
  response.end(text);
}

function unlinkQuietly(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It was never made, or the folder is gone with the process that owned it.
  }
}
