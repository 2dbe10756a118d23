/**
 * What the embedded server does to the text of a statement before the engine sees it. Pure.
 *
 * - `{name:Type}` becomes a literal, as a ClickHouse server does it. The engine's own binding is shared by all its connections (two bound
 *   queries at once mix their values up, chdb 3.4.0), so it would allow one read at a time.
 * - An insert's body cannot follow its statement: the engine ends inline binary data at the first bytes `0A 0A` and reports success
 *   (chdb 3.4.0). The body is put into a file, and the statement reads that file.
 */
export class StatementError extends Error {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

const syntaxError = 62;
const unsetParameter = 456;
const unknownSetting = 115;

export const quoteText = (text: string): string => `'${text.replace(/[\\'\0\b\f\n\r\t]/g, (char) => ESCAPES[char] ?? char)}'`;

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const UNESCAPES: Record<string, string> = { '0': '\0', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** A `param_*` value travels in ClickHouse's escaped (TSV) form. */
const unescapeParameter = (value: string): string => value.replace(/\\(.)/gs, (_, char: string) => UNESCAPES[char] ?? char);

/** Quoted strings, quoted names, comments and placeholders: only the last are touched. */
const TOKEN =
  /'(?:[^'\\]|\\.|'')*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*"|--[^\n]*|\/\*.*?\*\/|\{\s*([A-Za-z_]\w*)\s*:\s*([A-Za-z][\w(), ]*?)\s*\}/gs;

export function bindParameters(sql: string, parameters: ReadonlyMap<string, string>): string {
  return sql.replace(TOKEN, (token: string, name: string | undefined, type: string | undefined) => {
    if (name === undefined || type === undefined) return token;
    const value = parameters.get(name);
    if (value === undefined) throw new StatementError(`Substitution ${name} is not set`, unsetParameter);
    if (type === 'String') return quoteText(unescapeParameter(value));
    if (/^U?Int(8|16|32|64)$/.test(type) && /^-?\d+$/.test(value)) return value;
    return `_CAST(${quoteText(type.startsWith('Array') ? value : unescapeParameter(value))}, ${quoteText(type)})`;
  });
}

const INPUT = /\binput\(\s*('(?:[^'\\]|\\.|'')*')\s*\)/;
const FORMAT_AT_END = /\s+FORMAT\s+(\w+)\s*;?\s*$/i;
const PLAIN_INSERT = /^\s*INSERT\s+INTO\s+([\w.`]+)\s*(\([^)]*\))?\s*$/is;

/** `INSERT … SELECT … FROM input('…') … FORMAT X` or `INSERT INTO t (…) FORMAT X`, made to read `file` instead of a body. */
export function insertFromFile(sql: string, file: string): string {
  const format = FORMAT_AT_END.exec(sql);
  if (format === null) throw new StatementError('An insert with a body must end with FORMAT', syntaxError);
  const statement = sql.slice(0, format.index);
  if (INPUT.test(statement))
    return statement.replace(INPUT, (_, structure: string) => `file(${quoteText(file)}, '${format[1]}', ${structure})`);
  const plain = PLAIN_INSERT.exec(statement);
  if (plain === null) throw new StatementError('An insert with a body needs input() or no SELECT', syntaxError);
  return `INSERT INTO ${plain[1]} ${plain[2] ?? ''} SELECT * FROM file(${quoteText(file)}, '${format[1]}') SETTINGS use_structure_from_insertion_table_in_table_functions = 1`;
}

export const isInsert = (sql: string): boolean => /^\s*(?:\/\*.*?\*\/\s*)*INSERT\b/is.test(sql);
export const isRead = (sql: string): boolean => /^\s*(?:\/\*.*?\*\/\s*)*(?:SELECT|WITH|EXPLAIN|DESCRIBE|DESC|SHOW|EXISTS)\b/is.test(sql);
/** These would stay on the shared connection and change every later statement. */
export const changesSession = (sql: string): boolean => /^\s*(?:\/\*.*?\*\/\s*)*(?:SET|USE)\b/is.test(sql);

/** Settings that only mean something to an HTTP server; the client sends some by itself. */
const IGNORED = new Set([
  'query',
  'query_id',
  'session_id',
  'session_timeout',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'buffer_size',
  'date_time_input_format',
  'output_format_json_quote_64bit_integers',
]);

export interface StatementRequest {
  readonly sql: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly format: string;
}

/** Takes the URL of a request apart. Settings in the URL are refused: here they would leak into the next query (chdb 3.4.0). */
export function readRequest(url: URL, database: string): StatementRequest {
  const parameters = new Map<string, string>();
  let format = 'TabSeparated';
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value);
    else if (name === 'default_format') format = value;
    else if (name === 'enable_http_compression' && value === '0') continue;
    else if (name === 'database' && (value === database || value === '')) continue;
    else if (!IGNORED.has(name)) throw new StatementError(`Setting ${name} must stand in the statement (SETTINGS …)`, unknownSetting);
  }
  return { sql: url.searchParams.get('query') ?? '', parameters, format };
}
