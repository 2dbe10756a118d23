import { cpus, totalmem } from 'node:os';

/** One claim: what is printed beside what was aimed at. */
export interface Figure {
  readonly figure: string;
  readonly aim: string;
  readonly printed: string;
  readonly reached: boolean | null;
}

/** `better: 'less'`: at most the aim. An aim of null has none: the number is only told. */
export function figure(name: string, value: number, aim: number | null, better: 'less' | 'more', unit = '', digits = 1): Figure {
  const reached = aim === null ? null : better === 'less' ? value <= aim : value >= aim;
  return {
    figure: name,
    aim: aim === null ? '–' : `${better === 'less' ? '≤' : '≥'} ${aim.toLocaleString('en')} ${unit}`.trim(),
    printed: `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`.trim(),
    reached,
  };
}

export function printFigures(title: string, figures: readonly Figure[]): void {
  console.log(`\n${title}`);
  printTable(
    figures.map(({ figure: name, aim, printed, reached }) => [
      name,
      aim,
      printed,
      reached === null ? '' : reached ? 'reached' : 'NOT reached',
    ]),
  );
}

/** Aligned columns; numbers are given as text. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  for (const row of rows) console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** The value that `share` of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN;
}

/** Rates depend on the machine: what it is, and how long it took for a fixed piece of work just now. */
export function printMachine(): void {
  const text = JSON.stringify(Array.from({ length: 2_000 }, (_, i) => ({ id: `order-${i}`, sum: i * 1.5, note: 'a note of some length' })));
  const before = process.cpuUsage();
  for (let i = 0; i < 60; i++) JSON.parse(text);
  const { user, system } = process.cpuUsage(before);
  const speed = Math.round((text.length * 60) / (user + system));
  console.log(
    `${cpus().length} × ${cpus()[0]?.model.trim() ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}; JSON.parse at ${speed} MB per CPU-second`,
  );
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
