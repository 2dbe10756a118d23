import { traceFileSchema } from './trace-file-schema';
import type { TraceFile } from './write-trace-file';

/** A file is at most this long, in characters. */
export const LONGEST_FILE = 64 * 1024 * 1024;

/**
 * Reads somebody's file. [TF1] What was written is read back the same. [TF2] Anything else gives a sentence that says what is wrong with it, and
 * nothing of it is shown.
 */
export function readTraceFile(content: string): TraceFile | { readonly problem: string } {
  if (content.length > LONGEST_FILE) return { problem: 'The file is longer than 64 MB.' };
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    return { problem: 'The file is not JSON.' };
  }
  const parsed = traceFileSchema.safeParse(json);
  if (parsed.success) return parsed.data as TraceFile;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.').slice(0, 80)}`;
  return { problem: `It is no trace of Eventyard${where}: ${issue?.message ?? 'not understood'}.` };
}
