import type { TapNote, TapState } from '@/server/brokers/broker';
import type { Problem } from '../kafka-errors';

/** What the tap says of itself. Several parts may have a problem at once (one node, discovery, the group): the first stays shown until it is solved. */
export class TapStatus {
  private readonly listeners = new Set<(state: TapState) => void>();
  private readonly problems = new Map<string, { readonly problem: Problem; readonly nextTryAt: number }>();
  private readonly notes = new Map<string, TapNote>();
  private channels: readonly string[] = [];
  private phase: 'starting' | 'live' | 'closed' = 'starting';
  private paused = false;
  private current: TapState;

  constructor(
    private readonly now: () => number,
    private readonly onProblem: (problem: Problem) => void,
  ) {
    this.current = { status: 'starting', problem: null, since: now(), nextTryAt: null, channels: [], notes: [] };
  }

  get state(): TapState {
    return this.current;
  }

  listen(listener: (state: TapState) => void): void {
    this.listeners.add(listener);
  }

  started(): void {
    if (this.phase === 'starting') this.phase = 'live';
    this.tell();
  }

  closed(): void {
    this.phase = 'closed';
    this.tell();
  }

  pause(paused: boolean): void {
    if (this.paused === paused) return;
    this.paused = paused;
    this.tell();
  }

  trouble(part: string, problem: Problem, nextTryAt: number): void {
    if (this.problems.get(part)?.problem.text !== problem.text) this.onProblem(problem);
    this.problems.set(part, { problem, nextTryAt });
    this.tell();
  }

  solved(part: string): void {
    if (this.problems.delete(part)) this.tell();
  }

  read(channels: readonly string[]): void {
    if (channels.length === this.channels.length && channels.every((channel, i) => channel === this.channels[i])) return;
    this.channels = channels;
    this.tell();
  }

  note(note: TapNote): void {
    const key = `${note.kind} ${note.subject}`;
    if (this.notes.get(key)?.text === note.text) return;
    this.notes.set(key, note);
    this.tell();
  }

  unnote(kind: TapNote['kind'], subject: string): void {
    if (this.notes.delete(`${kind} ${subject}`)) this.tell();
  }

  private tell(): void {
    const [trouble] = this.problems.values();
    const status =
      this.phase === 'closed'
        ? 'closed'
        : trouble !== undefined
          ? 'retrying'
          : this.phase === 'starting'
            ? 'starting'
            : this.paused
              ? 'paused'
              : 'live';
    const since = status === this.current.status ? this.current.since : this.now();
    const shown = status === 'retrying' ? trouble : undefined;
    this.current = {
      status,
      problem: shown?.problem ?? null,
      since,
      nextTryAt: shown?.nextTryAt ?? null,
      channels: this.channels,
      notes: [...this.notes.values()],
    };
    for (const listener of this.listeners) listener(this.current);
  }
}
