import type { EngineClock } from './clock';
import { engineError } from './errors';
import type { Groups, OffsetOf } from './groups';
import { beganIn, endedIn } from './last-stable';
import type { EngineRecord } from './message';
import type { Ring } from './ring';
import type { NewRecord, Topics, Writer } from './topics';

export class OpenTransaction implements Writer {
  state: 'open' | 'committed' | 'aborted' = 'open';
  private readonly logs = new Map<Ring<EngineRecord>, { readonly topic: string; readonly partition: number }>();
  private readonly offsets: { readonly group: string; readonly offsets: readonly OffsetOf[] }[] = [];

  constructor(
    readonly id: string,
    private readonly topics: Topics,
    private readonly groups: Groups,
    private readonly onEnd: (transaction: OpenTransaction) => void,
  ) {}

  append(records: readonly NewRecord[]): void {
    this.check();
    for (const record of records) this.topics.append(record, { transaction: this });
  }

  sendOffsets(group: string, offsets: readonly OffsetOf[]): void {
    this.check();
    this.offsets.push({ group, offsets });
  }

  wrote(log: Ring<EngineRecord>, topic: string, partition: number, offset: number): void {
    if (this.state !== 'open' || this.logs.has(log)) return;
    this.logs.set(log, { topic, partition });
    beganIn(log, this, offset);
  }

  end(how: 'committed' | 'aborted'): void {
    this.check();
    this.state = how;
    this.onEnd(this);
    if (how === 'committed') for (const { group, offsets } of this.offsets) this.groups.place(group, offsets);
    for (const [log, { topic, partition }] of this.logs) {
      endedIn(log, this);
      if (this.topics.topics.has(topic)) this.topics.append({ topic, partition, key: null, headers: [], body: null }, { marker: true });
    }
  }

  private check(): void {
    if (this.state !== 'open') throw engineError('fenced', `the transaction of ${this.id} has ended`);
  }
}

/** At most one open transaction for each id: who begins with the same id ends the other's. */
export class Transactions {
  private readonly open = new Map<string, OpenTransaction>();

  constructor(
    private readonly topics: Topics,
    private readonly groups: Groups,
    private readonly clock: EngineClock,
    private readonly timeoutMs: number,
  ) {}

  begin(id: string): OpenTransaction {
    this.open.get(id)?.end('aborted');
    const transaction = new OpenTransaction(id, this.topics, this.groups, (ended) => {
      if (this.open.get(id) === ended) this.open.delete(id);
    });
    this.open.set(id, transaction);
    // Nobody waits for ever behind a producer that died within its transaction.
    this.clock.after(this.timeoutMs, () => {
      if (transaction.state === 'open') transaction.end('aborted');
    });
    return transaction;
  }

  abortAll(): void {
    for (const transaction of this.open.values()) transaction.end('aborted');
  }
}
