import type { Metadata } from 'next';
import { Suspense } from 'react';
import { TraceScreen } from '@/components/traces/trace-screen';
import { readSegment } from '@/components/events/read-segment';
import { Loading } from '@/components/ui/states';

export const metadata: Metadata = { title: 'Trace' };

export default async function TracePage({ params }: { readonly params: Promise<{ readonly traceId: string }> }) {
  const traceId = readSegment((await params).traceId);
  return (
    <Suspense fallback={<Loading what="asking for the trace" />}>
      <TraceScreen key={traceId} traceId={traceId} />
    </Suspense>
  );
}
