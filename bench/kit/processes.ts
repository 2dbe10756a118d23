import { readFileSync, readdirSync } from 'node:fs';

/** CPU and memory of processes from /proc, so that what is measured is measured from outside. Linux only. */
const TICKS_A_SECOND = 100;
const PAGE = 4096;

/** Fields of /proc/<pid>/stat after the name, which may itself hold spaces and brackets; null when the process is gone. */
function statOf(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(') ') + 2).split(' ');
  } catch {
    return null;
  }
}

/** Seconds of CPU (user and system) a process has taken so far, all its threads; 0 when it is gone. */
export function cpuOf(pid: number): number {
  const stat = statOf(pid);
  return stat === null ? 0 : (Number(stat[11]) + Number(stat[12])) / TICKS_A_SECOND;
}

/** Bytes of a process in memory. */
export function rssOf(pid: number): number {
  return Number(statOf(pid)?.[21] ?? 0) * PAGE;
}

/** A process and all its descendants. */
export function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!(pid > 0)) continue;
    const stat = statOf(pid);
    if (stat !== null) parents.set(pid, Number(stat[1]));
  }
  const tree = [root];
  for (let at = 0; at < tree.length; at++) for (const [pid, parent] of parents) if (parent === tree[at]) tree.push(pid);
  return tree;
}

export const cpuOfAll = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
export const rssOfAll = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + rssOf(pid), 0);

/** The script a process runs, to name it in a table. */
export function scriptOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return (
      words
        .findLast((word) => /\.(ts|js|mjs)$/.test(word))
        ?.split('/')
        .at(-1) ??
      words[0]?.split('/').at(-1) ??
      '?'
    );
  } catch {
    return '?';
  }
}
