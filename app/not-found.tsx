import type { Metadata } from 'next';
import { LinkButton } from '@/components/ui/button';
import { Page } from '@/components/ui/page';
import { EmptyState } from '@/components/ui/states';

export const metadata: Metadata = { title: 'No such page' };

export default function NotFound() {
  return (
    <Page title="No such page">
      <EmptyState
        title="Nothing is at this address"
        actions={
          <>
            <LinkButton look="solid" href="/">
              Open the topology
            </LinkButton>
            <LinkButton href="/traces">Search traces</LinkButton>
          </>
        }
      >
        The link may be cut off or of another version. An id is found by pasting it into Find (Ctrl K).
      </EmptyState>
    </Page>
  );
}
