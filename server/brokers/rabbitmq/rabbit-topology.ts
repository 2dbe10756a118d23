import type { RoutingExchange } from '@/lib/topology/route';
import { type JsonObject, type ManagementApi, objectIn, textIn } from './management-api';
import { type Policy, effectivePolicy, readPolicies } from './policies';

/** What exists in a vhost, as the management API tells it. */
export interface RabbitTopology {
  readonly exchanges: readonly RabbitExchange[];
  readonly queues: readonly RabbitQueue[];
  readonly bindings: readonly RabbitBinding[];
  /** Policies could not be read: what only they set (dead letters, alternate exchange, expiry) may be missing. */
  readonly policiesMissing: string | null;
}

export interface RabbitExchange {
  readonly name: string;
  /** The broker's own type name. */
  readonly type: string;
  /** How it routes; a delayed-message exchange as the type it delays for. */
  readonly rule: RoutingExchange['rule'];
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly alternate: string | null;
}

export interface RabbitQueue {
  readonly name: string;
  readonly type: string;
  readonly state: string | null;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly exclusive: boolean;
  readonly expires: boolean;
  readonly messageTtlMs: number | null;
  readonly deliveryLimit: number | null;
  readonly deadLetterTo: { readonly exchange: string; readonly routingKey: string | null; readonly by: 'argument' | 'policy' } | null;
}

export interface RabbitBinding {
  readonly source: string;
  readonly destination: string;
  readonly toQueue: boolean;
  readonly routingKey: string;
  readonly arguments: JsonObject;
}

/** Four calls, none of which makes the broker gather statistics. */
export async function readTopology(api: ManagementApi): Promise<RabbitTopology> {
  const cheap = 'disable_stats=true&enable_queue_totals=true';
  const [exchanges, queues, bindings, policies] = await Promise.all([
    api.list(`exchanges/{vhost}?disable_stats=true`),
    api.list(`queues/{vhost}?${cheap}`),
    api.get('bindings/{vhost}') as Promise<readonly JsonObject[]>,
    readPolicies(api),
  ]);
  return {
    exchanges: exchanges.map((one) => toExchange(one, policies.policies)),
    queues: queues.map((one) => toQueue(one, policies.policies)),
    bindings: bindings.map(toBinding),
    policiesMissing: policies.missing,
  };
}

/** Only these are ever bound: every other type chooses one of its bindings (we would take messages away), replays old ones, or is unknown to us. */
const RULES = new Set(['direct', 'topic', 'fanout', 'headers']);

function toExchange(from: JsonObject, policies: readonly Policy[]): RabbitExchange {
  const name = textIn(from, 'name') ?? '';
  const type = textIn(from, 'type') ?? '';
  const args = objectIn(from, 'arguments');
  const routesAs = type === 'x-delayed-message' ? (textIn(args, 'x-delayed-type') ?? '') : type;
  const policy = effectivePolicy(policies, 'exchange', name);
  return {
    name,
    type,
    rule: RULES.has(routesAs) ? (routesAs as RabbitExchange['rule']) : 'opaque',
    durable: from['durable'] === true,
    autoDelete: from['auto_delete'] === true,
    internal: from['internal'] === true || name.startsWith('amq.rabbitmq.'),
    alternate: textIn(args, 'alternate-exchange') ?? textIn(policy, 'alternate-exchange'),
  };
}

function toQueue(from: JsonObject, policies: readonly Policy[]): RabbitQueue {
  const name = textIn(from, 'name') ?? '';
  const args = objectIn(from, 'arguments');
  const type = textIn(from, 'type') ?? textIn(args, 'x-queue-type') ?? 'classic';
  const policy = effectivePolicy(policies, `${type}-queue`, name);
  const byArgument = textIn(args, 'x-dead-letter-exchange');
  const byPolicy = textIn(policy, 'dead-letter-exchange');
  const exchange = byArgument ?? byPolicy;
  const smallest = (argument: string, inPolicy: string): number | null => {
    const values = [args[argument], policy[inPolicy]].filter((value): value is number => typeof value === 'number');
    return values.length === 0 ? null : Math.min(...values);
  };
  return {
    name,
    type,
    state: textIn(from, 'state'),
    durable: from['durable'] === true,
    autoDelete: from['auto_delete'] === true,
    exclusive: from['exclusive'] === true,
    expires: smallest('x-expires', 'expires') !== null,
    messageTtlMs: smallest('x-message-ttl', 'message-ttl'),
    deliveryLimit: smallest('x-delivery-limit', 'delivery-limit'),
    deadLetterTo:
      exchange === null
        ? null
        : {
            exchange,
            routingKey: textIn(args, 'x-dead-letter-routing-key') ?? textIn(policy, 'dead-letter-routing-key'),
            by: byArgument === null ? 'policy' : 'argument',
          },
  };
}

const toBinding = (from: JsonObject): RabbitBinding => ({
  source: textIn(from, 'source') ?? '',
  destination: textIn(from, 'destination') ?? '',
  toQueue: from['destination_type'] === 'queue',
  routingKey: textIn(from, 'routing_key') ?? '',
  arguments: objectIn(from, 'arguments'),
});
