import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/components/live/api';
import type { DemoView } from '@/lib/contract/demo';
import { DemoStrip, progressWords } from './demo-strip';

const view = (over: Partial<DemoView> = {}): DemoView => ({
  scenario: 'mixed',
  scenarios: [
    { name: 'mixed', shows: 'a little of all' },
    { name: 'stuck-saga', shows: '3 sagas stuck' },
  ],
  state: 'playing',
  placed: 12,
  orders: null,
  differences: [],
  ...over,
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe('the demo’s strip', () => {
  it('says what plays, how far it is and what to look for; a choice is played by the button', async () => {
    vi.spyOn(api, 'demoScenarios').mockResolvedValue(view());
    const asked = vi.spyOn(api, 'demoScenario').mockResolvedValue(view({ scenario: 'stuck-saga', orders: 100, placed: 0 }));
    render(
      <QueryClientProvider client={new QueryClient()}>
        <DemoStrip />
      </QueryClientProvider>,
    );
    const choice = await screen.findByRole<HTMLSelectElement>('combobox', { name: /the shop plays/i });
    expect(screen.getByRole('status').textContent).toContain('12 orders');
    choice.value = 'stuck-saga';
    choice.dispatchEvent(new Event('change', { bubbles: true }));
    expect(await screen.findByText(/3 sagas stuck/)).toBeDefined();
    screen.getByRole('button', { name: 'Play' }).click();
    await vi.waitFor(() => expect(asked).toHaveBeenCalledWith('stuck-saga'));
    expect(await screen.findByText('0 of 100 orders')).toBeDefined();
  });

  it('says the end and what was counted otherwise', () => {
    expect(progressWords(view({ state: 'over', orders: 100 }))).toBe('over, all as planned');
    expect(progressWords(view({ state: 'over', differences: ['dead: 1 instead of 0'] }))).toBe('over, 1 counted otherwise');
    expect(progressWords(view({ state: 'starting' }))).toBe('opening');
  });
});
