import type { Channel } from 'amqplib';
import { type AppError, isAppError } from '@/lib/errors';
import { decodeAmqpValue } from '@/lib/events/amqp-values';
import type { EventHeader, RoutedInbox } from '@/lib/events/observed-event';
import { type Router, createRouter, withCarbonCopies } from '@/lib/topology/route';
import type { Log } from '@/server/log';
import type { TapNote } from '../broker';
import { openChannel } from './amqp-link';
import type { ManagementApi } from './management-api';
import { type MirrorBinding, type MirrorPlan, type MirrorRequest, keyOfMirror, planMirror } from './mirror-plan';
import { REPLY, permissionCommand, replyCodeOf, toBrokerError } from './rabbit-errors';
import { type RabbitSettings, isOurs, tapQueueOf } from './rabbit-settings';
import { type RabbitTopology, readTopology } from './rabbit-topology';
import type { TapSession } from './tap-session';

/**
 * Keeps the bindings of the tap's queue equal to the plan, look by look, and knows where messages go. When the management API can't be asked,
 * bindings and routes stay as they were last known.
 */
export class Mirror {
  private plan: MirrorPlan = { bindings: [], channels: [], notes: [] };
  private router: Router = createRouter([], []);
  private internal: ReadonlySet<string> = new Set();
  private exchanges: ReadonlySet<string> = new Set();
  private refused = new Map<string, TapNote>();

  constructor(
    private readonly settings: RabbitSettings,
    private readonly api: ManagementApi,
    private readonly tap: string,
    private readonly request: MirrorRequest,
    private readonly log: Log,
  ) {}

  get channels(): readonly string[] {
    return this.plan.channels.filter((name) => !this.refused.has(name));
  }

  get notes(): readonly TapNote[] {
    return [...this.plan.notes, ...this.refused.values()];
  }

  hasExchange(name: string): boolean {
    return this.exchanges.has(name);
  }

  readonly isInternal = (name: string): boolean => this.internal.has(name) || name.startsWith('amq.rabbitmq.');

  /** Queues a message went to by the bindings as last seen. */
  readonly inboxesOf = (exchange: string, routingKey: string, headers: readonly EventHeader[]): readonly RoutedInbox[] => {
    const message = { exchange, routingKey, headers: () => shownHeaders(headers) };
    const copies = carbonCopies(headers);
    const queues = copies.length === 0 ? this.router.queuesOf(message) : withCarbonCopies(this.router, message, copies);
    return this.inboxesByQueues(queues);
  };

  private readonly shared = new WeakMap<readonly string[], readonly RoutedInbox[]>();

  /** One list for all records with the same route: the router gives the same array again. */
  private inboxesByQueues(queues: readonly string[]): readonly RoutedInbox[] {
    const known = this.shared.get(queues);
    if (known !== undefined) return known;
    const inboxes = queues.map((inbox): RoutedInbox => ({ inbox, evidence: 'declared' }));
    this.shared.set(queues, inboxes);
    return inboxes;
  }

  /** Looks once and binds and unbinds what differs. Answers why the management API could not be asked, `null` when it could. */
  async look(session: TapSession): Promise<AppError | null> {
    let topology: RabbitTopology;
    try {
      topology = await readTopology(this.api);
    } catch (error) {
      if (isAppError(error)) return error;
      throw error;
    }
    this.learn(topology);
    await this.follow(session, topology);
    return null;
  }

  private learn(topology: RabbitTopology): void {
    this.plan = planMirror(topology, this.request);
    this.exchanges = new Set(topology.exchanges.map((one) => one.name));
    this.internal = new Set(topology.exchanges.filter((one) => one.internal).map((one) => one.name));
    this.router = createRouter(
      topology.exchanges,
      topology.bindings
        .filter((one) => !isOurs(one.destination))
        .map((one) => ({
          from: one.source,
          to: { kind: one.toQueue ? ('queue' as const) : ('exchange' as const), name: one.destination },
          routingKey: one.routingKey,
          arguments: one.arguments,
        })),
    );
  }

  private async follow(session: TapSession, topology: RabbitTopology): Promise<void> {
    const queue = tapQueueOf(this.tap);
    const bound = topology.bindings.filter((one) => one.toQueue && one.destination === queue && one.source !== '');
    const wanted = new Map(this.plan.bindings.map((one) => [keyOfMirror(one), one]));
    const present = new Set(bound.map(keyOfMirror));
    const refusedBefore = this.refused;
    this.refused = new Map();
    const binder = new Binder(session, queue);
    try {
      for (const binding of bound)
        if (!wanted.has(keyOfMirror(binding))) await binder.unbind(binding).catch((error) => this.refuse(binding, error, refusedBefore));
      for (const [key, binding] of wanted) {
        // One refusal is enough for an exchange: the next look tries again.
        if (present.has(key) || this.refused.has(binding.source)) continue;
        await binder.bind(binding).catch((error) => this.refuse(binding, error, refusedBefore));
      }
    } finally {
      await binder.close();
    }
  }

  private refuse(binding: MirrorBinding, error: unknown, before: ReadonlyMap<string, TapNote>): void {
    const code = replyCodeOf(error);
    if (code === REPLY.notFound) return; // it went meanwhile; the next look knows
    if (code !== REPLY.accessRefused) throw toBrokerError(error, this.settings);
    const { source } = binding;
    if (!before.has(source)) this.log.warn({ exchange: source }, 'no right to read an exchange');
    this.refused.set(source, {
      kind: 'permission',
      subject: source,
      text: `no right to bind to ${source}: give read on it, e.g. ${permissionCommand(this.settings, '<exchanges>')}`,
    });
  }
}

/** Binds one after another; a refusal closes the channel, the next call opens another. */
class Binder {
  private channel: Channel | null = null;

  constructor(
    private readonly session: TapSession,
    private readonly queue: string,
  ) {}

  bind({ source, routingKey, arguments: args }: MirrorBinding): Promise<void> {
    return this.try((channel) => channel.bindQueue(this.queue, source, routingKey, args));
  }

  unbind({ source, routingKey, arguments: args }: MirrorBinding): Promise<void> {
    return this.try((channel) => channel.unbindQueue(this.queue, source, routingKey, args));
  }

  async close(): Promise<void> {
    await this.channel?.close().catch(() => undefined);
  }

  private async try(work: (channel: Channel) => Promise<unknown>): Promise<void> {
    this.channel ??= await openChannel(this.session.link);
    try {
      await work(this.channel);
    } catch (error) {
      this.channel = null;
      throw error;
    }
  }
}

function shownHeaders(headers: readonly EventHeader[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    headers.filter(({ wire }) => wire !== 'property').map(({ name, wire, value }) => [name, decodeAmqpValue(wire, value)]),
  );
}

function carbonCopies(headers: readonly EventHeader[]): readonly string[] {
  const header = headers.find(({ name, wire }) => name === 'CC' && wire === 'A');
  if (header === undefined) return [];
  const keys = decodeAmqpValue(header.wire, header.value);
  return Array.isArray(keys) ? keys.filter((key): key is string => typeof key === 'string') : [];
}
