import type { ReactNode } from 'react';
import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import localFont from 'next/font/local';
import { QueryProvider } from '@/components/live/query-provider';
import { Shell } from '@/components/shell/shell';
import { themeScript } from '@/components/shell/theme-script';
import '@/components/ui/tokens.css';
import '@/components/ui/base.css';

// Latin subsets only, preloaded: 46 + 15 kB.
const sans = localFont({
  src: '../node_modules/@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2',
  weight: '100 700',
  display: 'swap',
  variable: '--font-plex-sans',
});
const mono = localFont({
  src: '../node_modules/@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2',
  weight: '400',
  display: 'swap',
  variable: '--font-plex-mono',
});

export const metadata: Metadata = {
  title: { default: 'Eventyard', template: '%s · Eventyard' },
  description: 'Watch events move between services.',
};
export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  // The guard in front of Next makes a nonce for every request; reading it also keeps pages from being made at build time without one.
  // No Suspense boundary stands here: one would be hydrated later than the rest, when the queries it shows may already have answers.
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <html lang="en" className={`${sans.variable} ${mono.variable}`} suppressHydrationWarning>
      <head>
        {/* The theme must be set before the first paint; the text is ours and constant. */}
        {/* oxlint-disable-next-line react/no-danger */}
        <script nonce={nonce} dangerouslySetInnerHTML={{ __html: themeScript }} />
      </head>
      <body>
        <QueryProvider>
          <Shell>{children}</Shell>
        </QueryProvider>
      </body>
    </html>
  );
}
