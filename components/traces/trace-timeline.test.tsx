import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { noWiring, timelineRows } from '@/lib/traces/timeline';
import { aNode, anEventRow } from '@/lib/traces/trace-node.fixture';
import { TraceTimeline } from './trace-timeline';

/** The list of rows asks how high it is; this browser draws nothing and says 0. */
function givesSize(name: 'clientHeight' | 'clientWidth', value: number): void {
  let owner: object | null = document.createElement('div');
  while (owner !== null && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object | null;
  Object.defineProperty(owner ?? HTMLElement.prototype, name, { configurable: true, get: () => value });
}

beforeAll(() => {
  givesSize('clientHeight', 600);
  givesSize('clientWidth', 1000);
});

const paid = anEventRow({ id: 'paid', type: 'order.paid', source: 'checkout', inboxes: [{ inbox: 'shipping.orders', evidence: 'seen' }] });
const died = anEventRow({
  id: 'died',
  type: 'order.paid',
  deadLetter: true,
  failureCause: 'CarrierTimeout',
  channel: 'shop.dlx',
  after: 3_000,
});
const again = anEventRow({ id: 'again', type: 'order.paid', replayId: 'rp-1', after: 60_000, channel: '' });
const rows = timelineRows([aNode(paid), aNode(died, 'paid', { joinedBy: 'dead-letter' }), aNode(again, 'died', { joinedBy: 'replay' })], {
  ...noWiring,
  known: true,
});

const rest = { onSelect: () => undefined, onAttempt: () => undefined, selectedEvent: null, path: [], zoom: null, onZoom: () => undefined };

describe('the waterfall', () => {
  it('[TL8] says what each row is, in words too', () => {
    render(<TraceTimeline {...rest} rows={rows} selected={null} />);
    const drawn = screen.getAllByRole('row').map((row) => row.textContent);
    expect(drawn).toHaveLength(4);
    expect(drawn[0]).toContain('order.paid');
    expect(drawn[1]).toMatch(/shipping\.orders.*unknown consumer.*nothing seen to follow/);
    expect(drawn[2]).toContain('dead letter, CarrierTimeout');
    expect(drawn[3]).toMatch(/default exchange.*R1.*sent again/);
  });

  it('[TL9] selects by a click and by the arrow keys', async () => {
    const onSelect = vi.fn();
    render(<TraceTimeline {...rest} rows={rows} selected="paid" onSelect={onSelect} />);
    const grid = screen.getByRole('treegrid');
    expect(screen.getAllByRole('row', { selected: true })).toHaveLength(1);
    grid.focus();
    await userEvent.keyboard('{ArrowDown}{End}');
    expect(onSelect.mock.calls.map(([row]) => row.key)).toEqual(['paid > shipping.orders', 'again']);
    await userEvent.click(screen.getByText('shipping.orders'));
    expect(onSelect).toHaveBeenLastCalledWith(expect.objectContaining({ kind: 'inbox', inbox: 'shipping.orders' }));
  });

  it('[TL12] draws attempts and replays of one event on the row of its inbox, each to be selected', async () => {
    const onAttempt = vi.fn();
    const story = timelineRows(
      [
        aNode(anEventRow({ id: 'paid', messageId: 'm', inboxes: [{ inbox: 'shipping', evidence: 'seen' }] })),
        aNode(
          anEventRow({ id: 'second', messageId: 'm', attempt: 2, after: 900, inboxes: [{ inbox: 'shipping', evidence: 'seen' }] }),
          'paid',
        ),
        aNode(anEventRow({ id: 'died', messageId: 'm', attempt: 2, after: 1_900, deadLetter: true, inboxes: [] }), 'second', {
          joinedBy: 'dead-letter',
        }),
      ],
      { ...noWiring, known: true },
    );
    expect(story.map((row) => row.key)).toEqual(['paid', 'paid > shipping', 'died']);
    render(<TraceTimeline {...rest} rows={story} selected={null} onAttempt={onAttempt} />);
    await userEvent.click(screen.getByRole('button', { name: 'Attempt 2, failed' }));
    expect(onAttempt).toHaveBeenCalledWith('second');
  });

  it('[TL13] draws one stretch alone and says where the rest is', () => {
    render(<TraceTimeline {...rest} rows={rows} selected={null} zoom={{ from: 0, to: 10_000_000 }} />);
    expect(screen.getAllByRole('row')[3]).toHaveTextContent('later');
  });

  it('[TL10] draws only what is in view of a very long trace', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => aNode(anEventRow({ id: `e${i}`, type: 't', after: i })));
    render(<TraceTimeline {...rest} rows={timelineRows(many)} selected={null} />);
    expect(screen.getByRole('treegrid')).toHaveAttribute('aria-rowcount', '10000');
    expect(screen.getAllByRole('row').length).toBeLessThan(80);
  });

  it('[TL14] keeps the selected row where it is when rows come above it, else the first one in view', () => {
    const nodes = Array.from({ length: 200 }, (_, i) =>
      aNode(anEventRow({ id: `e${i}`, type: 't', after: i, inboxes: [{ inbox: 'shipping', evidence: 'seen' }] })),
    );
    const alone = timelineRows(nodes).filter((row) => row.kind === 'event');
    const withInboxes = timelineRows(nodes, { ...noWiring, known: true });
    expect([alone.length, withInboxes.length]).toEqual([200, 400]);
    const scrolledTo = (selected: string | null, top: number): number => {
      const { container, rerender, unmount } = render(<TraceTimeline {...rest} rows={alone} selected={selected} />);
      const scroller = container.firstElementChild as HTMLElement;
      scroller.scrollTop = top;
      rerender(<TraceTimeline {...rest} rows={withInboxes} selected={selected} />);
      const { scrollTop } = scroller;
      unmount();
      return scrollTop;
    };
    expect(scrolledTo('e110', 3_000)).toBe(3_000 + 110 * 30);
    expect(scrolledTo('e10', 3_000)).toBe(3_000 + 100 * 30);
    expect(scrolledTo(null, 3_000)).toBe(3_000 + 100 * 30);
    expect(scrolledTo(null, 0)).toBe(0);
  });
});
