import type { Metadata } from 'next';
import { ReplayScreen } from '@/components/dead-letters/replay-screen';

export const metadata: Metadata = { title: 'Replay' };

export default function ReplayPage() {
  return <ReplayScreen />;
}
