import { preload } from 'react-dom';
import { headers } from 'next/headers';
import type { Metadata } from 'next';
import { firstPartPath } from '@/lib/traces/first-part';
import { readSegment } from '@/components/events/read-segment';
import { TraceScreen } from '@/components/traces/trace-screen';

export const metadata: Metadata = { title: 'Trace' };

export default async function TracePage({ params }: { readonly params: Promise<{ readonly traceId: string }> }) {
  const traceId = readSegment((await params).traceId);
  // A document's script takes longer to load than the question to be answered: both at once. Within the page the script asks by itself.
  if ((await headers()).get('sec-fetch-dest') === 'document') preload(firstPartPath(traceId), { as: 'fetch', crossOrigin: 'anonymous' });
  return <TraceScreen key={traceId} traceId={traceId} />;
}
