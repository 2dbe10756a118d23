import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const undo: (() => void)[] = [];

/** Done when this process ends, however it does, unless by SIGKILL. Synchronous. */
export function atTheEnd(action: () => void): void {
  if (undo.length === 0) {
    process.on('exit', () => {
      for (const one of undo.reverse()) one();
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  }
  undo.push(action);
}

/** A folder that is gone when this process is. */
export function aTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'eventyard-bench-'));
  atTheEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
