import type { Metadata } from 'next';
import { QueuesScreen } from '@/components/queues/queues-screen';

export const metadata: Metadata = { title: 'Queues' };

/** `/queues` and `/queues/<broker>/<queue>` are one screen: the selected queue stands in the path and the screen reads it there. */
export default function QueuesPage() {
  return <QueuesScreen />;
}
