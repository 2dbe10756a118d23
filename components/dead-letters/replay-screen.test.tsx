import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeadLetterDetail, ReplayPlanItem, ReplayPreview, ReplayReport } from '@/lib/contract/dead-letters';
import { aFailure } from '@/lib/events/event.fixture';
import { anEventRow } from '@/lib/traces/trace-node.fixture';
import { makeQueryClient } from '@/components/live/query-provider';
import { ReplayScreen } from './replay-screen';

vi.mock('next/navigation', () => ({
  usePathname: () => '/dead-letters/replay',
  useSearchParams: () => new URLSearchParams('letter=died'),
  useRouter: () => ({ push: () => undefined }),
}));

const plan: ReplayPlanItem = {
  letter: 'died',
  broker: 'shop-rabbit',
  way: 'inbox',
  ways: ['inbox'],
  target: { kind: 'queue', queue: 'shipping.orders' },
  receivers: [{ inbox: 'shipping.orders', intended: true }],
  afterwards: 'taken',
  takenFrom: 'shipping.dlq',
  warnings: [],
  droppedHeaders: ['x-death'],
  addedHeaders: [{ name: 'eventyard-replay-id', value: 'rp-1' }],
};
const letter: Pick<DeadLetterDetail, 'letter' | 'original' | 'newer'> = {
  letter: {
    event: anEventRow({ id: 'died', deadLetter: true, channel: 'shop.dlx', businessKeys: [{ name: 'order', value: 'ord_1' }] }),
    failure: aFailure(),
    state: 'waiting',
    replays: [],
  },
  original: null,
  newer: [],
};

let preview: ReplayPreview;
let report: ReplayReport;
let asked: { path: string; body: unknown }[];

beforeEach(() => {
  preview = { items: [plan], refusal: null };
  report = { replayId: 'rp-1', refused: null, items: [{ letter: 'died', outcome: 'sent-and-taken', detail: '', at: 1 }] };
  asked = [];
  const answers: Record<string, () => unknown> = {
    '/api/session': () => ({ environment: { name: 'demo', kind: 'demo' }, brokers: [], csrf: 'token', demo: true, now: 0 }),
    '/api/dead-letters/died': () => letter,
    '/api/replay/preview': () => preview,
    '/api/replay': () => report,
  };
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    if (init.method === 'POST') asked.push({ path: url, body: JSON.parse(String(init.body)) });
    const answer = answers[url.split('?')[0] ?? ''];
    return Promise.resolve(
      new Response(JSON.stringify(answer ? answer() : { error: { code: 'not-found', text: 'not there', cure: null } }), {
        status: answer ? 200 : 404,
      }),
    );
  });
});
afterEach(() => vi.unstubAllGlobals());

const draw = () =>
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <ReplayScreen />
    </QueryClientProvider>,
  );

async function giveReason(): Promise<void> {
  await userEvent.click(await screen.findByRole('textbox', { name: /reason/i }));
  await userEvent.paste('Carrier is back');
}

describe('the replay of one letter', () => {
  it('[RP20] waits for a reason, names verb, number and place, and shows the outcome', async () => {
    draw();
    const button = await screen.findByRole('button', { name: 'Replay 1 in DEMO' });
    expect(await screen.findByText(/nobody else gets it/)).toBeInTheDocument();
    expect(button).toBeDisabled();
    await giveReason();
    await userEvent.click(button);
    expect(await screen.findByText(/taken out of its dead-letter queue/)).toBeInTheDocument();
    expect(asked.at(-1)).toEqual({ path: '/api/replay', body: { letters: ['died'], reason: 'Carrier is back' } });
  });

  it('[RP21] shows who else receives it, what is dropped and what is added', async () => {
    preview = {
      items: [
        {
          ...plan,
          way: 'channel',
          target: { kind: 'channel', channel: 'orders', routingKey: null },
          receivers: [...plan.receivers, { inbox: 'orders@audit', intended: false }],
        },
      ],
      refusal: null,
    };
    draw();
    expect(await screen.findByText(/audit gets it too/)).toBeInTheDocument();
    expect(screen.getByText('- x-death')).toBeInTheDocument();
    expect(screen.getByText('+ eventyard-replay-id: rp-1')).toBeInTheDocument();
  });

  it('[RP22] sends nothing that is refused or blocked, and says why', async () => {
    preview = {
      items: [{ ...plan, warnings: [{ code: 'target-missing', text: 'The queue shipping.orders is gone.', blocks: true }] }],
      refusal: null,
    };
    draw();
    await giveReason();
    expect((await screen.findAllByText('The queue shipping.orders is gone.')).length).toBeGreaterThan(0);
    expect(screen.getByRole('button', { name: 'Replay 1 in DEMO' })).toBeDisabled();
    expect(asked.map(({ path }) => path)).not.toContain('/api/replay');
  });

  it('[RP23] says that an outcome is uncertain instead of calling it sent', async () => {
    report = { ...report, items: [{ letter: 'died', outcome: 'uncertain', detail: 'the connection broke', at: 1 }] };
    draw();
    await giveReason();
    await screen.findByText(/nobody else gets it/);
    await userEvent.click(screen.getByRole('button', { name: 'Replay 1 in DEMO' }));
    expect(await screen.findByText(/^Uncertain: it may have been sent/)).toBeInTheDocument();
    expect(screen.queryByText(/^Sent/)).toBeNull();
  });
});
