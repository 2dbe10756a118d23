import type { Metadata } from 'next';
import { readSegment } from '@/components/events/read-segment';
import { SagaScreen } from '@/components/sagas/saga-screen';

export const metadata: Metadata = { title: 'Saga' };

export default async function SagaPage({ params }: { readonly params: Promise<{ readonly definition: string; readonly key: string }> }) {
  const { definition, key } = await params;
  const [name, sagaKey] = [readSegment(definition), readSegment(key)];
  return <SagaScreen key={`${name} ${sagaKey}`} definition={name} sagaKey={sagaKey} />;
}
