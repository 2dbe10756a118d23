import { AppError } from '@/lib/errors';
import { problemOf } from '../kafka-errors';
import type { KafkaLink } from '../kafka-link';
import type { OffsetTable } from '../list-offsets';
import { GroupMembership, mustRejoin } from './group-membership';
import { backoffMs, Signal } from './signal';
import type { FoundPartition } from './start-positions';
import type { TapStatus } from './tap-status';

export interface GroupShareParts {
  readonly group: string;
  readonly link: KafkaLink;
  readonly status: TapStatus;
  readonly now: () => number;
  readonly closed: () => boolean;
  /** Begins to read these; false when some could not be begun yet. */
  readonly read: (found: readonly FoundPartition[], committed: OffsetTable) => Promise<boolean>;
  /** Stops reading and forgets what was not handed out. */
  readonly drop: () => void;
  /** Waits for the batches that were handed out. */
  readonly drained: (ms: number) => Promise<boolean>;
  /** Batches handed out so far are void. */
  readonly startOver: () => void;
}

const HEARTBEAT_MS = 3_000;
/** Below the rebalance timeout, so that we are back in time. */
const DRAIN_MS = 15_000;
const LEAVE_MS = 2_000;

/**
 * Which partitions are ours, by our own group. When the group rebalances (a collector came or went, topics came) everything is given back:
 * what was read ahead is dropped, what was handed out is waited for and committed, and only then do we join again. If it takes too long, or
 * the group has thrown us out, the batches under way are void: their `settle` fails and whoever has the partitions now reads them again.
 */
export class GroupShare {
  private readonly membership: GroupMembership;
  private readonly wake = new Signal();
  private readonly tried = new Signal();
  private readonly closing = new Signal();
  private hasTried = false;
  private found: readonly FoundPartition[] = [];
  private changed = false;
  private joined = false;
  private failed = false;

  constructor(private readonly parts: GroupShareParts) {
    this.membership = new GroupMembership(parts.link, parts.group);
  }

  /** What there is to share. A change of topics or partitions makes us join again; a moved leader does not. */
  offer(found: readonly FoundPartition[]): void {
    const before = signatureOf(this.found);
    this.found = found;
    if (signatureOf(found) === before) {
      if (this.joined) this.wake.wake();
      return;
    }
    this.changed = true;
    this.wake.wake();
  }

  /** Resolves after the first join, successful or not. */
  async firstTry(): Promise<void> {
    if (!this.hasTried && this.found.length > 0) await this.tried.wait(null);
  }

  async run(): Promise<void> {
    const { parts } = this;
    let failures = 0;
    while (!parts.closed()) {
      try {
        if (this.found.length === 0) {
          await this.wake.wait(null);
          continue;
        }
        await this.takeShare();
        failures = 0;
        parts.status.solved('group');
        parts.status.started();
        this.tell();
        await this.keep();
        await this.giveBack();
      } catch (error) {
        this.loseShare();
        if (parts.closed()) break;
        if (!mustRejoin(error)) {
          const wait = backoffMs(++failures);
          parts.status.trouble('group', problemOf(error), parts.now() + wait);
          this.tell();
          await this.wake.wait(wait);
        }
      }
    }
    this.tell();
  }

  private tell(): void {
    this.hasTried = true;
    this.tried.wake();
  }

  private async takeShare(): Promise<void> {
    this.changed = false;
    const counts = new Map<string, number>();
    for (const { topic } of this.found) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    const ours = await this.membership.join(counts);
    this.failed = false;
    this.joined = true;
    await this.begin(ours);
  }

  private begun = true;
  private ours: readonly { topic: string; partition: number }[] = [];
  private committed: OffsetTable = new Map();

  private async begin(ours: readonly { topic: string; partition: number }[]): Promise<void> {
    this.ours = ours;
    this.committed = await this.membership.committed(ours);
    await this.readOurs();
  }

  private async readOurs(): Promise<void> {
    const ours = new Set(this.ours.map((one) => `${one.topic}/${one.partition}`));
    this.begun = await this.parts.read(
      this.found.filter((one) => ours.has(`${one.topic}/${one.partition}`)),
      this.committed,
    );
  }

  /** Heartbeats until the group rebalances, our topics change, or a commit failed. */
  private async keep(): Promise<void> {
    while (!this.parts.closed() && !this.changed) {
      await this.wake.wait(this.begun ? HEARTBEAT_MS : 500);
      if (this.parts.closed() || this.changed) return;
      if (this.failed) throw new AppError('tap-lost', 'the group did not take our position');
      if ((await this.membership.heartbeat()) === 'rebalance') return;
      // Also follows leaders that moved.
      await this.readOurs();
    }
  }

  private async giveBack(): Promise<void> {
    if (this.parts.closed()) return;
    this.joined = false;
    this.parts.drop();
    const beat = setInterval(() => void this.membership.heartbeat().catch(() => undefined), HEARTBEAT_MS);
    const drained = await this.parts.drained(DRAIN_MS);
    clearInterval(beat);
    if (!drained) this.parts.startOver();
  }

  private loseShare(): void {
    this.joined = false;
    this.parts.drop();
    this.parts.startOver();
  }

  /** Makes a position durable at the broker; throws `tap-lost` when the partitions are not ours any more. */
  async commit(offsets: ReadonlyMap<string, ReadonlyMap<number, number>>): Promise<void> {
    try {
      await this.membership.commit(offsets);
    } catch (error) {
      this.failed = true;
      this.parts.startOver();
      this.wake.wake();
      throw new AppError('tap-lost', `the group did not take our position: ${problemOf(error).text}`, { retryable: true, cause: error });
    }
  }

  async close(): Promise<void> {
    this.wake.wake();
    this.tried.wake();
    // A broker that does not answer must not hold us: without a goodbye the group waits for the session to end.
    await Promise.race([this.membership.leave(), this.closing.wait(LEAVE_MS)]);
    this.closing.wake();
    await this.parts.link.close();
  }
}

const signatureOf = (found: readonly FoundPartition[]): string =>
  found
    .map((one) => `${one.topic}/${one.partition}/${one.topicId}`)
    .sort()
    .join();
