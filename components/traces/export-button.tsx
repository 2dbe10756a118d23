'use client';

import { useState } from 'react';
import type { TraceExport, TraceView } from '@/lib/contract/traces';
import { formatExact } from '@/lib/time/format';
import { writeTraceFile } from '@/lib/traces/write-trace-file';
import { getJson, getSession } from '@/components/live/api';
import { Button } from '@/components/ui/button';
import { toast } from '@/components/ui/toast';
import { saveFile } from './save-file';

/** The trace as a file that any Eventyard opens: its events, and headers and bodies of the first of them. */
export function ExportButton({ trace }: { readonly trace: TraceView }) {
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const [file, session] = await Promise.all([
        getJson<TraceExport>(`/api/traces/${encodeURIComponent(trace.traceId)}/export`),
        getSession(),
      ]);
      const { nodes, cut, story: { parents: _, ...story } = {} } = file.trace;
      const leftOut = [
        ...(file.details.length < nodes.length ? [`headers and bodies after the first ${formatExact(file.details.length)} events`] : []),
        ...(cut === null ? [] : [`events after the first ${formatExact(cut.shown)}`]),
      ];
      const content = writeTraceFile({
        exportedAt: file.exportedAt,
        environment: session.environment.name,
        traceId: file.trace.traceId,
        events: nodes.map(({ event }) => event),
        details: file.details,
        story,
        leftOut,
      });
      saveFile(`trace-${file.trace.traceId.slice(0, 16)}.json`, 'application/json', content);
      toast(leftOut.length === 0 ? 'The whole trace is in the file.' : `The file leaves out ${leftOut.join(' and ')}.`, 'ok');
    } catch (error) {
      toast(error instanceof Error ? error.message : 'The trace could not be read.', 'bad');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon="download" disabled={busy} onClick={() => void save()}>
      {busy ? 'Reading' : 'Export'}
    </Button>
  );
}
