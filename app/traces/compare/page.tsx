import type { Metadata } from 'next';
import { CompareScreen } from '@/components/traces/compare-screen';

export const metadata: Metadata = { title: 'Compare traces' };

export default function ComparePage() {
  return <CompareScreen />;
}
