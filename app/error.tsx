'use client';
import { CrashScreen } from '@/components/shell/crash-screen';

export default function ErrorPage({ reset }: { readonly reset: () => void }) {
  return <CrashScreen onRetry={reset} />;
}
