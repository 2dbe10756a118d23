import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a run notes about itself, one fact a line: the counts of a scenario come from here and from the services' own databases, never from a
 * program that watches the shop. Notes survive the kill -9 of the process that made them.
 */
export type Note =
  /** The broker has it. `attempt` tells a resent command from the first. */
  | {
      readonly note: 'sent';
      readonly type: string;
      readonly id: string;
      readonly broker: string;
      readonly channel: string;
      readonly attempt: number;
      /** Mostly the order it is about. */
      readonly about: string;
    }
  | { readonly note: 'returned' | 'refused'; readonly type: string; readonly id: string; readonly channel: string }
  | { readonly note: 'skipped'; readonly inbox: string }
  | { readonly note: 'ignored'; readonly inbox: string; readonly why: string }
  | { readonly note: 'failed'; readonly inbox: string }
  /** Consumers that an instance has now. */
  | { readonly note: 'members'; readonly inbox: string; readonly count: number }
  /** A handler has done its work. */
  | { readonly note: 'worked'; readonly inbox: string; readonly id: string; readonly about: string };

export type Notebook = (note: Note) => void;

/** A process of a multi-process run writes its own file; each line is on the disk when the call returns. */
export function notebookIn(directory: string, name: string): Notebook {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${name}.${process.pid}.jsonl`);
  return (note) => appendFileSync(file, `${JSON.stringify(note)}\n`);
}

/** Distinct ids, and how often. */
export class Tally {
  private readonly ids = new Map<string, Set<string>>();
  private readonly times = new Map<string, number>();
  private readonly read = new Map<string, number>();
  /** Notes so far: stands still when the run does. */
  notes = 0;

  /** What is about an order of another run is not counted: `seed` as it stands in the ids of this one. */
  constructor(private seed: string) {}

  readonly add: Notebook = (note) => {
    this.notes += 1;
    switch (note.note) {
      case 'sent':
        if (this.isOfAnother(note.about)) return;
        this.distinct(note.type, note.id);
        this.distinct(`${note.type}@${note.broker}`, note.id);
        this.distinct(`channel.${note.channel}`, note.id);
        this.distinct(`sent.${note.type}`, `${note.id} ${note.attempt}`);
        return;
      case 'returned':
      case 'refused':
        this.count(`${note.note}.${note.type}`);
        this.count(note.note);
        return;
      case 'skipped':
      case 'failed':
        this.count(note.note);
        this.count(`${note.note}.${note.inbox}`);
        return;
      case 'members':
        this.times.set(`members.${note.inbox}`, note.count);
        return;
      case 'ignored':
        this.count(`ignored.${note.why}`);
        return;
      case 'worked':
        if (!this.isOfAnother(note.about)) this.distinct(`worked.${note.inbox}`, note.id);
    }
  };

  /** What the files of other processes say since the last look. */
  readFrom(directory: string): void {
    if (!existsSync(directory)) return;
    for (const name of readdirSync(directory)) {
      const lines = readFileSync(join(directory, name), 'utf8').split('\n');
      const done = this.read.get(name) ?? 0;
      // The last one is empty, or half a line that a killed process left.
      for (const line of lines.slice(done, -1)) this.add(JSON.parse(line) as Note);
      this.read.set(name, lines.length - 1);
    }
  }

  get(key: string): number {
    return this.ids.get(key)?.size ?? this.times.get(key) ?? 0;
  }

  /** Ids in the order in which an inbox has worked on them. */
  order(inbox: string): readonly string[] {
    return [...(this.ids.get(`worked.${inbox}`) ?? [])];
  }

  /** From here on another run is counted. */
  begin(seed: string): void {
    this.seed = seed;
    this.ids.clear();
    this.times.clear();
  }

  private isOfAnother(about: string): boolean {
    return /^(ord|usr)-/.test(about) && !about.startsWith(`${about.slice(0, 4)}${this.seed}-`);
  }

  private distinct(key: string, id: string): void {
    const known = this.ids.get(key);
    if (known === undefined) this.ids.set(key, new Set([id]));
    else known.add(id);
  }

  private count(key: string): void {
    this.times.set(key, (this.times.get(key) ?? 0) + 1);
  }
}
