import type { Metadata } from 'next';
import { Suspense } from 'react';
import { TracesScreen } from '@/components/traces/traces-screen';
import { Loading } from '@/components/ui/states';

export const metadata: Metadata = { title: 'Traces' };

export default function TracesPage() {
  return (
    <Suspense fallback={<Loading what="asking for the traces" />}>
      <TracesScreen />
    </Suspense>
  );
}
