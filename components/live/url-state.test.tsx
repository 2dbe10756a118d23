import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { LAST_15_MINUTES } from '@/lib/time/range';
import { absoluteLink } from '@/components/ui/copy-link';
import { FilterField } from '@/components/ui/filter-field';
import { keepView, readBrokersUrl, readRangeUrl, useUrlText, writeBrokersUrl, writeRangeUrl, writeText } from './url-state';

/** A router that tells the address only when the test says so, as Next does in a transition. */
const router = vi.hoisted(() => ({ told: '', tell: () => undefined as void }));
vi.mock('next/navigation', async () => {
  const { useSyncExternalStore } = await import('react');
  const listeners = new Set<() => void>();
  router.tell = () => listeners.forEach((listener) => listener());
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return { usePathname: () => '/', useSearchParams: () => new URLSearchParams(useSyncExternalStore(subscribe, () => router.told)) };
});

function Filtered() {
  const [q, setQ] = useUrlText('q', 'replace');
  return (
    <>
      <FilterField label="Filter" value={q ?? ''} onChange={setQ} />
      <output>{q ?? 'all'}</output>
    </>
  );
}

describe('a field that is bound to the address', () => {
  it('[UR4] loses no letter while the router is behind, and follows it afterwards', async () => {
    window.history.replaceState(null, '', '/');
    render(<Filtered />);
    const tell = (text: string) =>
      act(() => {
        router.told = text;
        router.tell();
      });
    await userEvent.click(screen.getByLabelText('Filter'));
    await userEvent.keyboard('fr');
    tell('q=f');
    await userEvent.keyboard('aud');
    expect(screen.getByLabelText('Filter')).toHaveValue('fraud');
    expect(window.location.search).toBe('?q=fraud');
    tell('q=fraud');
    expect(screen.getByRole('status')).toHaveTextContent('fraud');
    tell('q=search');
    expect(screen.getByLabelText('Filter')).toHaveValue('search');
    await userEvent.clear(screen.getByLabelText('Filter'));
    expect(window.location.search).toBe('');
    act(() => void window.dispatchEvent(new PopStateEvent('popstate')));
    expect(screen.getByLabelText('Filter')).toHaveValue('search');
  });
});

describe('links', () => {
  it('[UR1] reads what it wrote, and the default leaves no trace', () => {
    const empty = new URLSearchParams();
    expect(writeRangeUrl(empty, LAST_15_MINUTES).toString()).toBe('');
    for (const range of [
      { from: { kind: 'ago', ms: 3_600_000 }, to: { kind: 'ago', ms: 0 } },
      { from: { kind: 'at', at: 1_700_000_000_000_000 }, to: { kind: 'at', at: 1_700_000_600_000_000 } },
    ] as const) {
      expect(readRangeUrl(writeRangeUrl(empty, range))).toEqual(range);
    }
    expect(readBrokersUrl(writeBrokersUrl(empty, ['a', 'b']))).toEqual(['a', 'b']);
    expect(readBrokersUrl(writeBrokersUrl(empty, null))).toBeNull();
    expect(writeText(new URLSearchParams('sel=x&q=1'), 'sel', null).toString()).toBe('q=1');
  });

  it('[UR1] takes what it cannot understand for the default', () => {
    expect(readRangeUrl(new URLSearchParams('from=tomorrow&to=<script>'))).toEqual(LAST_15_MINUTES);
    expect(readBrokersUrl(new URLSearchParams('brokers=,,'))).toBeNull();
  });

  it('[UR2] keeps range and brokers on the way to another screen, nothing else', () => {
    const here = new URLSearchParams('from=-6h&brokers=a&sel=x&q=y');
    expect(keepView(here, '/lag')).toBe('/lag?from=-6h&brokers=a');
    expect(keepView(here, '/traces?from=-1h')).toBe('/traces?from=-1h&brokers=a');
    expect(keepView(new URLSearchParams('sel=x'), '/lag')).toBe('/lag');
  });

  it('[UR3] makes times absolute when a link is copied', () => {
    const url = new URL(absoluteLink('http://localhost:4600/lag?sel=a', Date.UTC(2026, 0, 2, 3, 4, 5)));
    expect(url.searchParams.get('from')).toBe('2026-01-02T02:49:05.000Z');
    expect(url.searchParams.get('to')).toBe('2026-01-02T03:04:05.000Z');
    expect(url.searchParams.get('sel')).toBe('a');
  });
});
