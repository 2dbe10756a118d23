'use client';
import { LinkButton } from '@/components/ui/button';
import { Page } from '@/components/ui/page';
import { ErrorState } from '@/components/ui/states';

/** Instead of a screen whose drawing failed; what stands around it goes on. What failed is in the browser's console, with the person's data in it. */
export function CrashScreen({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <Page title="This screen stopped">
      <ErrorState
        title="This screen could not be drawn"
        text="That is a fault of Eventyard’s page, not of your brokers."
        works="Taps, store and the other screens go on; nothing is lost."
        cure="Draw it again. If it stops again, the browser’s console says where."
        onRetry={onRetry}
        actions={<LinkButton href="/">Open the topology</LinkButton>}
      />
    </Page>
  );
}
