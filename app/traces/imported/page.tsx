import type { Metadata } from 'next';
import { ImportedScreen } from '@/components/traces/imported-screen';

export const metadata: Metadata = { title: 'A trace from a file' };

export default function ImportedPage() {
  return <ImportedScreen />;
}
