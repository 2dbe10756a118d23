'use client';

import { useSyncExternalStore } from 'react';
import type { QueryClient } from '@tanstack/react-query';
import type { TraceView } from '@/lib/contract/traces';
import { importedTrace } from '@/lib/traces/imported-trace';
import { readTraceFile } from '@/lib/traces/read-trace-file';
import type { TraceFile } from '@/lib/traces/write-trace-file';

/** A trace out of a file. It lives in this tab (and its session storage, where it fits) and nowhere else: no server ever sees it. */
export interface ImportedTrace {
  readonly name: string;
  readonly file: TraceFile;
  readonly trace: TraceView;
}

const KEY = 'eventyard.imported-trace';

let current: ImportedTrace | null | undefined;
const listeners = new Set<() => void>();

/** `null`: none was opened in this tab. */
export const useImportedTrace = (): ImportedTrace | null => useSyncExternalStore(subscribe, readImported, () => null);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function readImported(): ImportedTrace | null {
  if (current === undefined) {
    current = null;
    try {
      const saved = JSON.parse(window.sessionStorage.getItem(KEY) ?? 'null') as { name: string; content: string } | null;
      if (saved !== null) current = toImported(saved.name, readTraceFile(saved.content));
    } catch {
      current = null;
    }
  }
  return current;
}

function toImported(name: string, file: ReturnType<typeof readTraceFile>): ImportedTrace | null {
  return 'problem' in file ? null : { name, file, trace: importedTrace(file).trace };
}

/** Reads a file that somebody chose; gives what is wrong with it, or `null` when it is open now. */
export async function openTraceFile(chosen: File): Promise<string | null> {
  const content = await chosen.text();
  const file = readTraceFile(content);
  if ('problem' in file) return file.problem;
  current = toImported(chosen.name, file);
  try {
    window.sessionStorage.setItem(KEY, JSON.stringify({ name: chosen.name, content }));
  } catch {
    // Larger than the browser keeps: then it is open until the page is loaded anew.
    window.sessionStorage.removeItem(KEY);
  }
  for (const listener of listeners) listener();
  return null;
}

export function closeImported(): void {
  current = null;
  window.sessionStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

/** The panel asks for events by their id: those of the file are answered out of the file. */
export function answerFromFile(client: QueryClient, { file }: ImportedTrace): void {
  for (const detail of importedTrace(file).details) client.setQueryData(['event', detail.row.id], detail);
}
