import type { Metadata } from 'next';
import { TapsScreen } from '@/components/settings/taps-screen';

export const metadata: Metadata = { title: 'Taps' };

export default function SettingsPage() {
  return <TapsScreen />;
}
