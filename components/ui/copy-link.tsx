'use client';
import { resolveRange } from '@/lib/time/range';
import { readRangeUrl, writeRangeUrl } from '@/components/live/url-state';
import { Button } from './button';
import { useCopied } from './copy-id';

/** Copies this view's address with its times made absolute, so that it shows the same tomorrow. */
export function CopyLinkButton() {
  const [copied, copy] = useCopied();
  return (
    <Button
      look="quiet"
      icon={copied === 'yes' ? 'check' : 'link'}
      aria-label={copied === 'yes' ? 'Copied' : 'Copy link'}
      title="Copy a link to this view, with absolute times"
      onClick={() => copy(absoluteLink(window.location.href, Date.now()))}
    />
  );
}

/** The address with a moving range (or the default) replaced by two moments. */
export function absoluteLink(href: string, nowMs: number): string {
  const url = new URL(href);
  const { from, to } = resolveRange(readRangeUrl(url.searchParams), nowMs * 1000);
  url.search = writeRangeUrl(url.searchParams, { from: { kind: 'at', at: from }, to: { kind: 'at', at: to } }).toString();
  return url.toString();
}
