import type { Metadata } from 'next';
import { readSegment } from '@/components/events/read-segment';
import { TraceScreen } from '@/components/traces/trace-screen';

export const metadata: Metadata = { title: 'Trace' };

export default async function TracePage({ params }: { readonly params: Promise<{ readonly traceId: string }> }) {
  const traceId = readSegment((await params).traceId);
  return <TraceScreen key={traceId} traceId={traceId} />;
}
