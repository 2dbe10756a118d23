import type { Metadata } from 'next';
import { SagasScreen } from '@/components/sagas/sagas-screen';

export const metadata: Metadata = { title: 'Sagas' };

export default function SagasPage() {
  return <SagasScreen />;
}
