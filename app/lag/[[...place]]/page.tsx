import type { Metadata } from 'next';
import { LagScreen } from '@/components/lag/lag-screen';

export const metadata: Metadata = { title: 'Lag' };

/** `/lag` and `/lag/<broker>/<inbox>` are one screen: the selected group stands in the path and the screen reads it there. */
export default function LagPage() {
  return <LagScreen />;
}
