import { cpuOf } from './processes';
import { figure, median, percentile, type Figure } from './report';

/** A kind of question to a store: `ask` gets one of the subjects, chosen anew for each question. */
export interface Question<Subject> {
  readonly name: string;
  /** p99 in ms. */
  readonly aim: number | null;
  ask(subject: Subject): Promise<unknown>;
}

export interface Asking<Subject> {
  /** Of the store's process. */
  readonly pid: number;
  readonly subjects: readonly Subject[];
  readonly questions: number;
  readonly rounds: number;
}

/** How long the answers took and what they cost the store, medians of the rounds. */
export async function askAll<Subject>(kinds: readonly Question<Subject>[], asking: Asking<Subject>): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { name, aim, ask } of kinds) {
    const rounds: { p50: number; p99: number; cpuMs: number }[] = [];
    for (let round = 0; round < asking.rounds; round++) rounds.push(await oneRound(asking, ask));
    figures.push(
      figure(`${name}: p50`, median(rounds.map(({ p50 }) => p50)), null, 'less', 'ms'),
      figure(`${name}: p99`, median(rounds.map(({ p99 }) => p99)), aim, 'less', 'ms'),
      figure(`${name}: CPU of the store`, median(rounds.map(({ cpuMs }) => cpuMs)), null, 'less', 'ms'),
    );
  }
  return figures;
}

const WARM_UP = 5;

async function oneRound<Subject>(
  { pid, subjects, questions }: Asking<Subject>,
  ask: (subject: Subject) => Promise<unknown>,
): Promise<{ p50: number; p99: number; cpuMs: number }> {
  const any = (): Subject => subjects[Math.floor(Math.random() * subjects.length)]!;
  for (let i = 0; i < WARM_UP; i++) await ask(any());
  const took: number[] = [];
  const before = cpuOf(pid);
  for (let i = 0; i < questions; i++) {
    const begin = performance.now();
    await ask(any());
    took.push(performance.now() - begin);
  }
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99), cpuMs: ((cpuOf(pid) - before) * 1_000) / questions };
}
