import { setTimeout as sleep } from 'node:timers/promises';
import { inTurns } from '../in-turns';
import type { JoinOptions, LogConsumer, LogTransport, OutgoingRecord, RecordBatch, Transaction } from '../port';
import type { EngineClient, EngineMember, EngineRecord, NewEngineRecord } from './engine';
import { fromRecord, toRecordHeaders } from './messages';

/** Topics and groups of the engine. */
export function inProcessLogs(client: EngineClient, ends: { close(): Promise<void>; crash(): void }, gone: AbortSignal): LogTransport {
  const turns = inTurns();
  return {
    ...ends,
    kind: 'in-process',
    state: () => (client.up('logs') ? 'connected' : 'disconnected'),
    onState: (listener) => client.onLink((side, up) => side === 'logs' && listener(up ? 'connected' : 'disconnected')),
    async declareTopics(topics) {
      for (const { name, partitions, config = {} } of topics)
        client.declareTopic(name, { partitions, compact: config['cleanup.policy'] === 'compact' });
    },
    async produce(records) {
      await client.produce(records.map(toRecord));
    },
    transaction: (id, work) => turns(id, () => inTransaction(client, id, work)),
    async join(options, onBatch) {
      return new Membership(client, options, onBatch, gone);
    },
    lag: async (group, topic) => (client.topics().includes(topic) ? client.lag(group, topic) : 0),
    async rewind(group, topic) {
      client.alterOffsets(
        group,
        Array.from({ length: client.partitions(topic) }, (_, partition) => ({ topic, partition, offset: 0 })),
      );
    },
  };
}

async function inTransaction<T>(client: EngineClient, id: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const open = client.begin(id);
  try {
    const result = await work({
      send: async (records) => open.append(records.map(toRecord)),
      sendOffsets: async (group, offsets) => open.sendOffsets(group, offsets),
    });
    open.end('committed');
    return result;
  } catch (error) {
    try {
      open.end('aborted');
    } catch {
      // It has ended already: fenced, or the broker is gone.
    }
    throw error;
  }
}

/** A member of a group for good: it joins again when the broker comes back. */
class Membership implements LogConsumer {
  private member: EngineMember;
  private stopping = false;
  private pausedUntil = 0;
  private readonly running: Promise<void>;

  constructor(
    private readonly client: EngineClient,
    private readonly options: JoinOptions,
    private readonly onBatch: (batch: RecordBatch) => Promise<void>,
    /** The connection ended for good. */
    private readonly gone: AbortSignal,
  ) {
    this.member = this.joined();
    this.running = this.run();
  }

  pause(ms: number): void {
    this.pausedUntil = Date.now() + ms;
  }

  assigned(): readonly { readonly topic: string; readonly partition: number }[] {
    return this.member.assigned();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    // What was begun may still be committed; the member leaves when it is finished.
    await Promise.race([this.running, this.idle()]);
    this.member.leave();
    await this.running;
  }

  private busy: Promise<unknown> = Promise.resolve();
  private async idle(): Promise<void> {
    await this.busy;
  }

  private joined(): EngineMember {
    const { group, topics, start, isolation = 'read_committed' } = this.options;
    return this.client.join({ group, topics, from: start, isolation });
  }

  private async run(): Promise<void> {
    while (!this.stopping && !this.gone.aborted) {
      if (this.member.gone()) await this.rejoin();
      else if (this.pausedUntil > Date.now()) await sleep(10);
      else {
        const member = this.member;
        const records = await member.poll(this.options.recordsPerPoll, 1_000);
        if (this.stopping || this.gone.aborted) break;
        const share = member.assigned();
        this.busy = Promise.all([...byPartition(records)].map((batch) => this.handle(member, share, batch)));
        await this.busy;
      }
    }
  }

  private async handle(
    member: EngineMember,
    share: ReturnType<EngineMember['assigned']>,
    records: readonly [EngineRecord, ...EngineRecord[]],
  ): Promise<void> {
    const [{ topic, partition, offset: first }] = records;
    let next = first;
    const commit = async (offset: number): Promise<void> => {
      member.commit([{ topic, partition, offset }]);
      next = offset;
    };
    const over = (): boolean => this.stopping || this.gone.aborted || member.gone() || member.assigned() !== share;
    try {
      if (this.options.autoCommit === true) await commit((records.at(-1)?.offset ?? first) + 1);
      await this.onBatch({
        topic,
        partition,
        records: records.map((one) => ({ message: fromRecord(one), topic, partition, offset: one.offset })),
        commit,
        heartbeat: async () => {},
        over,
      });
    } catch {
      // Given again from what was committed of it; a member that lost the partition has nothing to give.
      await sleep(50);
      if (!over()) member.seek({ topic, partition, offset: next });
    }
  }

  private async rejoin(): Promise<void> {
    if (this.client.up('logs')) this.member = this.joined();
    else await sleep(20, undefined, { ref: false });
  }
}

function byPartition(records: readonly EngineRecord[]): Iterable<readonly [EngineRecord, ...EngineRecord[]]> {
  const batches = new Map<string, [EngineRecord, ...EngineRecord[]]>();
  for (const record of records) {
    const place = `${record.topic}/${record.partition}`;
    const batch = batches.get(place);
    if (batch === undefined) batches.set(place, [record]);
    else batch.push(record);
  }
  return batches.values();
}

const encoder = new TextEncoder();

const toRecord = ({ topic, message, partition }: OutgoingRecord): NewEngineRecord => ({
  topic,
  key: message.key === '' ? null : encoder.encode(message.key),
  headers: toRecordHeaders(message),
  body: message.body,
  ...(partition === undefined ? {} : { partition }),
  ...(message.timestampMs === undefined ? {} : { timestamp: message.timestampMs }),
});
