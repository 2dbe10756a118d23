/**
 * Where RabbitMQ sends a message, computed from the bindings as a broker declares them. Pure; promises in docs/spec/brokers-rabbitmq.md [R20]–[R25].
 *
 * An exchange that chooses one of its bindings (consistent hash, random) or whose type we do not know is `opaque`: what lies behind it is not
 * claimed, except where there is nothing to choose from.
 */
export interface RoutingExchange {
  readonly name: string;
  /** `x-delayed-message` counts as the type it delays for. `opaque`: one binding is chosen, or the rule is unknown. */
  readonly rule: 'direct' | 'topic' | 'fanout' | 'headers' | 'opaque';
  /** Takes what no binding of this exchange takes. */
  readonly alternate: string | null;
}

export interface RoutingBinding {
  readonly from: string;
  readonly to: { readonly kind: 'queue' | 'exchange'; readonly name: string };
  readonly routingKey: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface RoutedMessage {
  readonly exchange: string;
  readonly routingKey: string;
  /** Header names and values as `decodeAmqpValue` shows them; only asked for where a headers exchange is on the way (and for `CC`). */
  headers(): Readonly<Record<string, unknown>>;
}

export interface Router {
  /** Names of the queues, sorted, each once; an exchange that is not known routes nowhere. */
  queuesOf(message: RoutedMessage): readonly string[];
}

/** How many (exchange, routing key) answers a router keeps before it forgets them all: keys with ids in them never repeat. */
const CACHE_SIZE = 20_000;

interface Node {
  readonly exchange: RoutingExchange;
  readonly bindings: readonly Compiled[];
  /** direct: the bindings of each key, so that a thousand keys cost no thousand comparisons. */
  readonly byKey: ReadonlyMap<string, readonly Compiled[]>;
  /** A headers exchange is reachable from here: the answer depends on more than the key. */
  readonly needsHeaders: boolean;
}

interface Compiled {
  readonly to: RoutingBinding['to'];
  readonly words: readonly string[];
  readonly routingKey: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A router over these exchanges and bindings. Build a new one when they change. */
export function createRouter(exchanges: readonly RoutingExchange[], bindings: readonly RoutingBinding[]): Router {
  const nodes = compile(exchanges, bindings);
  let cache = new Map<string, Map<string, readonly string[]>>();
  let cached = 0;

  return {
    queuesOf(message) {
      const node = nodes.get(message.exchange);
      if (node === undefined) return [];
      if (node.needsHeaders) return route(nodes, message);
      const known = cache.get(message.exchange)?.get(message.routingKey);
      if (known !== undefined) return known;
      const answer = route(nodes, message);
      if (cached >= CACHE_SIZE) {
        cache = new Map();
        cached = 0;
      }
      let ofExchange = cache.get(message.exchange);
      if (ofExchange === undefined) cache.set(message.exchange, (ofExchange = new Map()));
      ofExchange.set(message.routingKey, answer);
      cached++;
      return answer;
    },
  };
}

/** Sender-selected distribution: the header `CC` holds further routing keys. `BCC` is taken out by the broker, so nobody can know it. */
export function withCarbonCopies(router: Router, message: RoutedMessage, copies: readonly string[]): readonly string[] {
  const queues = new Set<string>();
  for (const routingKey of [message.routingKey, ...copies])
    for (const queue of router.queuesOf({ ...message, routingKey })) queues.add(queue);
  return [...queues].sort();
}

function compile(exchanges: readonly RoutingExchange[], bindings: readonly RoutingBinding[]): ReadonlyMap<string, Node> {
  const outgoing = new Map<string, Compiled[]>();
  for (const { from, to, routingKey, arguments: args } of bindings) {
    const list = outgoing.get(from) ?? [];
    list.push({ to, words: topicWords(routingKey), routingKey, arguments: args });
    outgoing.set(from, list);
  }
  const byName = new Map(exchanges.map((exchange) => [exchange.name, exchange]));
  const nodes = new Map<string, Node>();
  for (const exchange of exchanges) {
    const own = outgoing.get(exchange.name) ?? [];
    const byKey = groupByKey(own);
    nodes.set(exchange.name, { exchange, bindings: own, byKey, needsHeaders: reachesHeaders(exchange.name, byName, outgoing, new Set()) });
  }
  return nodes;
}

function groupByKey(bindings: readonly Compiled[]): ReadonlyMap<string, readonly Compiled[]> {
  const groups = new Map<string, Compiled[]>();
  for (const binding of bindings) {
    const group = groups.get(binding.routingKey);
    if (group === undefined) groups.set(binding.routingKey, [binding]);
    else group.push(binding);
  }
  return groups;
}

function reachesHeaders(
  name: string,
  exchanges: ReadonlyMap<string, RoutingExchange>,
  outgoing: ReadonlyMap<string, readonly Compiled[]>,
  seen: Set<string>,
): boolean {
  const exchange = exchanges.get(name);
  if (exchange === undefined || seen.has(name)) return false;
  seen.add(name);
  if (exchange.rule === 'headers') return true;
  if (exchange.alternate !== null && reachesHeaders(exchange.alternate, exchanges, outgoing, seen)) return true;
  return (outgoing.get(name) ?? []).some(({ to }) => to.kind === 'exchange' && reachesHeaders(to.name, exchanges, outgoing, seen));
}

function route(nodes: ReadonlyMap<string, Node>, message: RoutedMessage): readonly string[] {
  const queues = new Set<string>();
  const seen = new Set<string>([message.exchange]);
  const waiting = [message.exchange];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const node = nodes.get(name);
    if (node === undefined) continue;
    const taken = matching(node, message.routingKey, message);
    for (const { to } of taken) {
      if (to.kind === 'queue') queues.add(to.name);
      else visit(to.name);
    }
    // The broker asks the alternate exchange when no binding took the message; a binding to an exchange that then finds no queue has taken it.
    if (taken.length === 0 && node.exchange.alternate !== null && node.exchange.rule !== 'opaque') visit(node.exchange.alternate);
  }
  return [...queues].sort();

  function visit(next: string): void {
    if (seen.has(next)) return;
    seen.add(next);
    waiting.push(next);
  }
}

function matching(node: Node, routingKey: string, message: RoutedMessage): readonly Compiled[] {
  const { bindings } = node;
  switch (node.exchange.rule) {
    case 'fanout':
      return bindings;
    case 'direct':
      return node.byKey.get(routingKey) ?? [];
    case 'topic': {
      const words = topicWords(routingKey);
      return bindings.filter((binding) => topicMatches(binding.words, words));
    }
    case 'headers': {
      const headers = message.headers();
      return bindings.filter((binding) => headersMatch(binding.arguments, headers));
    }
    case 'opaque':
      return bindings.length === 1 ? bindings : [];
  }
}

/** An empty key has no words, as in the broker; `a.` has two. */
export const topicWords = (key: string): readonly string[] => (key === '' ? [] : key.split('.'));

/** `*` is exactly one word, `#` any number of them, also none. */
export function topicMatches(pattern: readonly string[], words: readonly string[]): boolean {
  // Greedy with one step back: at the last `#`, one more word is given to it when the rest does not fit.
  let at = 0;
  let word = 0;
  let hash = -1;
  let hashWord = 0;
  while (word < words.length) {
    const part = pattern[at];
    if (part === '#') {
      hash = at++;
      hashWord = word;
    } else if (at < pattern.length && (part === '*' || part === words[word])) {
      at++;
      word++;
    } else if (hash >= 0) {
      at = hash + 1;
      word = ++hashWord;
    } else return false;
  }
  while (pattern[at] === '#') at++;
  return at === pattern.length;
}

/**
 * `x-match`: `all` (default), `any`, and the `-with-x` kinds that also look at arguments whose name begins with `x-`. An argument without value
 * asks only for presence. No argument at all: `all` takes everything, `any` nothing.
 */
export function headersMatch(args: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, unknown>>): boolean {
  const kind = typeof args['x-match'] === 'string' ? args['x-match'] : 'all';
  const withX = kind.endsWith('-with-x');
  const asked = Object.entries(args).filter(([name]) => name !== 'x-match' && (withX || !name.startsWith('x-')));
  const fits = ([name, value]: readonly [string, unknown]): boolean =>
    Object.hasOwn(headers, name) && (value === null || sameValue(value, headers[name]));
  return kind.startsWith('any') ? asked.some(fits) : asked.every(fits);
}

const sameValue = (a: unknown, b: unknown): boolean => a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
