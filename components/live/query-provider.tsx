'use client';
import { useState, type ReactNode } from 'react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useLiveFeed } from './live-feed-hooks';
import { isWorthAnotherTry, retryDelayMs } from './retry-policy';

/**
 * Snapshots by HTTP; the live feed tells when they are old. What was shown stays on the screen while it is asked again, and stays after a
 * failure: a picture with its age is better than none.
 */
export function QueryProvider({ children }: { readonly children: ReactNode }) {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <FeedConnection />
      {children}
    </QueryClientProvider>
  );
}

export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        gcTime: 120_000,
        refetchOnWindowFocus: false,
        placeholderData: (previous: unknown) => previous,
        retry: isWorthAnotherTry,
        retryDelay: retryDelayMs,
      },
    },
  });

function FeedConnection() {
  useLiveFeed();
  return null;
}
