import type { Operator, SearchNode, SearchTerm } from '@/lib/search/query';
import { partsOf } from '@/lib/search/dotted-name';
import type { Parameters } from '../client';
import { TOGETHER } from './together';

/**
 * A search as a condition on a row of `events`. Nothing that a person wrote stands in the statement: names, paths and values are parameters, and
 * what is written here is chosen by the field's name alone. `{from}` and `{to}` bound a look,
 * `{rangeFrom}` and `{rangeTo}` the inner questions.
 */
export interface CompiledSearch {
  readonly sql: string;
  readonly parameters: Parameters;
}

/** What became of events, as the samples tell; only asked for when a search says `status=unconsumed`. */
export interface ConsumedPlaces {
  /** `broker⏎topic⏎partition` → the least offset that some group has yet to commit. */
  readonly committed: ReadonlyMap<string, number>;
  /** `broker⏎queue` → when it was last seen empty, µs. */
  readonly emptied: ReadonlyMap<string, number>;
}

export const nothingConsumed: ConsumedPlaces = { committed: new Map(), emptied: new Map() };

export function compileSearch(node: SearchNode, consumed: ConsumedPlaces = nothingConsumed): CompiledSearch {
  const compiler = new Compiler(consumed);
  return { sql: compiler.condition(node), parameters: compiler.parameters };
}

type Value = string | number | readonly string[] | readonly number[];
type ParameterType = 'String' | 'Float64' | 'Int64' | 'Array(String)' | 'Array(Int64)';

/** Columns whose `''` means "not said". */
const COLUMNS: Partial<Record<SearchTerm['field'], string>> = {
  trace: 'traceId',
  span: 'spanId',
  correlation: 'correlationId',
  causation: 'causationId',
  conversation: 'conversationId',
  saga: 'sagaId',
  replay: 'replayId',
  service: 'source',
  channel: 'channel',
  type: 'type',
  cause: 'failureCause',
};

const HEX_IDS = new Set<SearchTerm['field']>(['trace', 'span']);

class Compiler {
  readonly parameters: Record<string, Value> = {};
  #count = 0;
  constructor(private readonly consumed: ConsumedPlaces) {}

  condition(node: SearchNode): string {
    switch (node.kind) {
      case 'and':
      case 'or':
        return `(${node.parts.map((part) => this.condition(part)).join(node.kind === 'and' ? ' AND ' : ' OR ')})`;
      case 'not':
        return `NOT ${this.condition(node.part)}`;
      case 'has':
        return `(${TOGETHER} != '~' AND ${TOGETHER} IN (SELECT ${TOGETHER} FROM events WHERE ${IN_WHOLE_RANGE} AND ${TOGETHER} != '~' AND ${this.condition(node.part)}))`;
      case 'term':
        return `(${this.#term(node)})`;
    }
  }

  #term(term: SearchTerm): string {
    // Of numbers of a trace `!=` is another number: an event without a trace has none.
    const denied = term.op === '!=' && !OF_TRACE.has(term.field);
    const positive = this.#positive(denied ? { ...term, op: '=' } : term);
    return denied ? `NOT (${positive})` : positive;
  }

  #positive(term: SearchTerm): string {
    const { field, op, value } = term;
    const column = COLUMNS[field];
    if (column !== undefined) {
      if (field === 'channel' || field === 'service' || field === 'type' || field === 'cause') return this.#compare(column, term);
      const id = HEX_IDS.has(field) ? value.toLowerCase() : value;
      return op === '=' && !term.wild ? `${this.#indexed([id])} AND ${column} = ${this.#text(id)}` : this.#compare(column, term);
    }
    switch (field) {
      case 'any':
        return this.#anywhere(term);
      case 'text':
        return this.#inTexts(value);
      case 'message':
        return op === '=' && !term.wild
          ? `${this.#indexed([value])} AND (messageId = ${this.#text(value)} OR id = ${this.#text(value)})`
          : this.#compare('messageId', term);
      case 'key':
        return this.#key(term);
      case 'inbox':
        return `arrayExists(i -> ${this.#compare('i', term)}, inboxes.inbox) OR ${this.#compare('failureInbox', term)} OR (system = 'kafka' AND channel = ${this.#text(value.split('@')[0] ?? '')})`;
      case 'broker':
        return `${this.#compare('broker', term)} OR system = ${this.#text(value)}`;
      case 'version':
        return this.#compare("JSONExtractString(detail, 'version')", term);
      case 'status':
        return this.#status(value);
      case 'attempt':
        return `attempt ${order(op)} ${this.#number(term)}`;
      case 'size':
        return `bodySize ${order(op)} ${this.#number(term)}`;
      case 'events':
        return this.#ofTrace(`sum(events) ${order(op)} ${this.#number(term)}`);
      case 'errors':
        return this.#ofTrace(`sum(errors) ${order(op)} ${this.#number(term)}`);
      case 'duration':
        return this.#ofTrace(`max(last) - min(first) ${order(op)} ${this.#number(term)}`);
      case 'h':
        return this.#header(term);
      case 'b':
        return this.#body(term);
      default:
        return '0';
    }
  }

  /** The filter over all ids chooses the granules; the column then says which field it was. */
  #indexed(ids: readonly string[]): string {
    return ids.length === 1 ? `has(ids, ${this.#text(ids[0] ?? '')})` : `hasAny(ids, ${this.#bind('Array(String)', ids)})`;
  }

  #compare(column: string, { op, value, wild }: SearchTerm): string {
    if (op === '~') return `positionCaseInsensitiveUTF8(toValidUTF8(${column}), ${this.#text(value)}) > 0`;
    return wild ? `${column} LIKE ${this.#text(likePattern(value))}` : `${column} = ${this.#text(value)}`;
  }

  /** A bare word: an id of any field, a name it is part of, or text in what the event says. */
  #anywhere(term: SearchTerm): string {
    const { value, wild } = term;
    if (wild)
      return ['type', 'source', 'channel', 'messageId', 'correlationId', 'traceId']
        .map((column) => this.#compare(column, term))
        .join(' OR ');
    const forms = [...new Set([value, value.toLowerCase()])];
    const names = ['type', 'source', 'channel', 'failureCause'].map((column) => this.#compare(column, { ...term, op: '~' }));
    return [this.#indexed(forms), ...names, this.#inTexts(value)].join(' OR ');
  }

  #inTexts(value: string): string {
    const within = (column: string, text: string): string =>
      ASCII.test(value)
        ? `positionCaseInsensitive(${column}, ${this.#text(text)}) > 0`
        : `positionCaseInsensitiveUTF8(toValidUTF8(${column}), ${this.#text(text)}) > 0`;
    return [
      ...writtenInJson(value).map((text) => within("ifNull(body, '')", text)),
      within('failure', value),
      `arrayExists(v -> ${within("ifNull(v, '')", value)}, headers.value)`,
    ].join(' OR ');
  }

  #key(term: SearchTerm): string {
    const { name, value, op, wild } = term;
    const indexed = op === '=' && !wild ? `${this.#indexed([value])} AND ` : '';
    if (name === null)
      return `${indexed}(arrayExists(v -> ${this.#compare('v', term)}, businessKeys.value) OR ${this.#compare("ifNull(key, '')", term)})`;
    return `${indexed}arrayExists((n, v) -> n = ${this.#text(name)} AND ${this.#compare('v', term)}, businessKeys.name, businessKeys.value)`;
  }

  #status(status: string): string {
    switch (status) {
      case 'dead-lettered':
        return 'deadLetter = 1';
      case 'failed':
        return "deadLetter = 1 OR failureCause != ''";
      case 'retried':
        return 'attempt > 1';
      case 'unconsumed':
        return this.#unconsumed();
      default:
        return "deadLetter = 0 AND failureCause = '' AND attempt <= 1";
    }
  }

  #unconsumed(): string {
    const { committed, emptied } = this.consumed;
    const map = (places: ReadonlyMap<string, number>, key: string): string =>
      places.size === 0
        ? '9007199254740991'
        : `transform(${key}, ${this.#bind('Array(String)', [...places.keys()])}, ${this.#bind('Array(Int64)', [...places.values()])}, 9007199254740991)`;
    const kafka = `system = 'kafka' AND offset >= ${map(committed, "concat(broker, '\\n', channel, '\\n', toString(partition))")}`;
    const rabbit = `system = 'rabbitmq' AND arrayExists(i -> toUnixTimestamp64Micro(observedAt) >= ${map(emptied, "concat(broker, '\\n', i)")}, inboxes.inbox)`;
    return `(${kafka}) OR (${rabbit})`;
  }

  #ofTrace(having: string): string {
    return `traceId != '' AND traceId IN (SELECT traceId FROM batch_summaries FINAL WHERE traceId != '' AND last >= {aroundFrom:Int64} AND first < {aroundTo:Int64} GROUP BY traceId HAVING ${having})`;
  }

  #header(term: SearchTerm): string {
    const { op, value, wild, number } = term;
    const name = this.#text(lowerAscii(term.name ?? ''));
    const named = (test: string): string =>
      `arrayExists((n, w, v) -> lower(n) = ${name} AND (${test}), headers.name, headers.wire, headers.value)`;
    if (number !== null) {
      const compared = `${order(op)} ${this.#number(term)}`;
      return named(
        `toFloat64OrNull(toValidUTF8(ifNull(v, ''))) ${compared} OR (${INTEGER_WIRES} AND ${INTEGER_VALUE} ${compared}) OR (${REAL_WIRES} AND ${REAL_VALUE} ${compared})`,
      );
    }
    const text = this.#compare("ifNull(v, '')", term);
    if (op !== '=' || wild) return named(text);
    const forms = [text];
    if (/^-?\d{1,15}$/.test(value)) forms.push(`${INTEGER_WIRES} AND ${INTEGER_VALUE} = ${this.#bind('Int64', Number(value))}`);
    if (DECIMAL.test(value)) forms.push(`${REAL_WIRES} AND ${REAL_VALUE} = ${this.#bind('Float64', Number(value))}`);
    if (value === 'true' || value === 'false') forms.push(`w = 't' AND ifNull(v, '') = ${value === 'true' ? "'\\x01'" : "'\\0'"}`);
    return named(forms.join(' OR '));
  }

  /** The path as it stands in the body, or inside the `data` or `payload` of an envelope. Text is compared unquoted. */
  #body(term: SearchTerm): string {
    const path = partsOf(term.name ?? '').filter((part) => part !== '');
    const leaf = path.findLast((part) => !isPlace(part));
    const found = [[], ['data'], ['payload']].flatMap((before) =>
      ways(path).map((places) => {
        const parts = [
          ...before.map((part) => `'${part}'`),
          ...path.map((part, n) => (places.has(n) ? String(Number(part) + 1) : this.#text(part))),
        ];
        const at = (count: number): string => ['body0', ...parts.slice(0, count)].join(', ');
        const lists = [...places].map((n) => `JSONType(${at(before.length + n)}) = 'Array' AND `).join('');
        return `${lists}(${this.#bodyValue(at(parts.length), term)})`;
      }),
    );
    // Other characters of a name may be written as escapes.
    const quick = leaf === undefined || !/^[\w.-]+$/.test(leaf) ? '' : `position(body0, ${this.#text(leaf)}) > 0 AND `;
    const certain =
      term.op === '=' && !term.wild && /^[\w-]+$/.test(term.value) ? `position(body0, ${this.#text(term.value)}) > 0 AND ` : '';
    return `${quick}${certain}(${found.join(' OR ')})`.replaceAll('body0', "ifNull(body, '')");
  }

  #bodyValue(at: string, term: SearchTerm): string {
    const raw = `JSONExtractRaw(${at})`;
    if (term.number !== null) return `toFloat64OrNull(trim(BOTH '"' FROM ${raw})) ${order(term.op)} ${this.#number(term)}`;
    if (term.op === '=' && !term.wild && isText(term.value)) return `JSONExtractString(${at}) = ${this.#text(term.value)}`;
    const text = this.#compare(`if(startsWith(${raw}, '"'), JSONExtractString(${at}), ${raw})`, term);
    // `0.10` is told as `0.1`.
    if (term.op !== '=' || !DECIMAL.test(term.value)) return text;
    return `${text} OR toFloat64OrNull(${raw}) = ${this.#bind('Float64', Number(term.value))}`;
  }

  #text(value: string): string {
    return this.#bind('String', value);
  }

  #number({ number }: SearchTerm): string {
    return this.#bind('Float64', number ?? 0);
  }

  #bind(type: ParameterType, value: Value): string {
    const name = `q${this.#count++}`;
    this.parameters[name] = value;
    return `{${name}:${type}}`;
  }
}

/** A look may take a part of the range only; what is asked of the trace around an event is asked of the whole. */
const IN_WHOLE_RANGE = `observedAt >= fromUnixTimestamp64Micro({rangeFrom:Int64}, 'UTC') AND observedAt < fromUnixTimestamp64Micro({rangeTo:Int64}, 'UTC')`;

export const IN_SEARCHED_TIME = `observedAt >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND observedAt < fromUnixTimestamp64Micro({to:Int64}, 'UTC')`;

/** Integers of AMQP lie as big-endian bytes. */
const INTEGER_WIRES = "w IN ('b', 's', 'I', 'l', 'L')";
const INTEGER_VALUE =
  "multiIf(w = 'b', toInt64(reinterpretAsInt8(ifNull(v, ''))), w = 's', toInt64(reinterpretAsInt16(reverse(ifNull(v, '')))), w = 'I', toInt64(reinterpretAsInt32(reverse(ifNull(v, '')))), reinterpretAsInt64(reverse(ifNull(v, ''))))";

/** `f` and `d`. */
const REAL_WIRES = "w IN ('f', 'd')";
const REAL_VALUE = "if(w = 'f', toFloat64(reinterpretAsFloat32(reverse(ifNull(v, '')))), reinterpretAsFloat64(reverse(ifNull(v, ''))))";

const DECIMAL = /^-?\d+\.\d+$/;
const OF_TRACE: ReadonlySet<SearchTerm['field']> = new Set(['events', 'errors', 'duration']);

/** A place in a list, or a name made of digits. */
const isPlace = (part: string): boolean => /^\d{1,6}$/.test(part);

/** Which parts of a path are places in lists: the engine counts the members of an object too, so each is asked for as what it may be. More than two digits-only parts are all places. */
function ways(path: readonly string[]): readonly ReadonlySet<number>[] {
  const digits = path.flatMap((part, n) => (isPlace(part) ? [n] : []));
  if (digits.length > 2) return [new Set(digits)];
  return digits.reduce<readonly ReadonlySet<number>[]>((all, n) => all.flatMap((one) => [one, new Set([...one, n])]), [new Set()]);
}

/** As the engine's `lower`. */
const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const ASCII = /^[\0-\x7f]*$/;

/** A text as it may stand in a JSON body: as it is, with what must be escaped, and with everything beyond ASCII escaped. */
function writtenInJson(text: string): readonly string[] {
  const escaped = JSON.stringify(text).slice(1, -1);
  const ascii = escaped.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [...new Set([text, escaped, ascii])];
}

const ORDERS: Readonly<Record<Operator, string>> = { '=': '=', '!=': '!=', '~': '=', '>': '>', '>=': '>=', '<': '<', '<=': '<=' };
const order = (op: Operator): string => ORDERS[op];

/** Written as no number, list, object or literal is: only a text can be equal to it. */
const isText = (value: string): boolean => !/^(|[-+.\deE]+|true|false|null|[[{].*)$/s.test(value);

/** `*` is any text; what LIKE itself gives a meaning is taken as it is. */
const likePattern = (value: string): string => value.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%');
