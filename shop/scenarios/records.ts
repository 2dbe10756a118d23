import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { seedText, type Plan } from '../traffic/plan';

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
  const file = openSync(join(directory, `${name}.${process.pid}.jsonl`), 'a');
  return (note) => void writeSync(file, `${JSON.stringify(note)}\n`);
}

/** The whole lines of a file from a byte on, and where the next one begins: what a killed process left of a line is nobody's. */
function linesFrom(path: string, from: number): { readonly lines: readonly string[]; readonly next: number } {
  const size = statSync(path).size;
  if (size <= from) return { lines: [], next: from };
  const bytes = Buffer.alloc(size - from);
  const file = openSync(path, 'r');
  readSync(file, bytes, 0, bytes.length, from);
  closeSync(file);
  const end = bytes.lastIndexOf(10) + 1;
  return { lines: bytes.toString('utf8', 0, end).split('\n').slice(0, -1), next: from + end };
}

/** A run without end is counted as exactly as one needs who looks at it: of each kind the newest ids are told apart, older ones are a number. */
const REMEMBERED = 2_000;

/** Distinct ids, and how often. */
export class Tally {
  private readonly ids = new Map<string, Set<string>>();
  private readonly times = new Map<string, number>();
  private readonly read = new Map<string, number>();
  /** Notes so far: stands still when the run does. */
  notes = 0;

  private seed = '';
  private remembered = Infinity;

  constructor(plan: Pick<Plan, 'seed' | 'size'>) {
    this.begin(plan);
  }

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
      const { lines, next } = linesFrom(join(directory, name), this.read.get(name) ?? 0);
      for (const line of lines) this.add(JSON.parse(line) as Note);
      this.read.set(name, next);
    }
  }

  get(key: string): number {
    return (this.ids.get(key)?.size ?? 0) + (this.times.get(key) ?? 0);
  }

  /** Ids in the order in which an inbox has worked on them. */
  order(inbox: string): readonly string[] {
    return [...(this.ids.get(`worked.${inbox}`) ?? [])];
  }

  /** From here on another run is counted: what is about an order of an earlier one is not, as the seed in its id tells. */
  begin({ seed, size }: Pick<Plan, 'seed' | 'size'>): void {
    this.seed = seedText(seed);
    this.remembered = Number.isFinite(size) ? Infinity : REMEMBERED;
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
    if (known === undefined || known.size <= this.remembered) return;
    for (const oldest of known) {
      known.delete(oldest);
      break;
    }
    this.count(key);
  }

  private count(key: string): void {
    this.times.set(key, (this.times.get(key) ?? 0) + 1);
  }
}
