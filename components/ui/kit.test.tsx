import { useState } from 'react';
import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { ConfirmDialog } from './confirm-dialog';
import { Figure } from './figure';
import { useKeys, type KeyBindings } from './keys';
import { LagLamp } from './lamp';
import { Sparkline, sparkShape } from './sparkline';
import { CutNotice, ErrorState, Loading } from './states';
import { DataTable, type Column } from './table';
import { ServiceTag } from './tags';
import { Time } from './time';

interface Row {
  readonly name: string;
}
const rowsOf = (count: number): Row[] => Array.from({ length: count }, (_, index) => ({ name: `row ${index}` }));
const columns: readonly Column<Row>[] = [{ id: 'name', title: 'Name', sortable: true, cell: (row) => row.name }];

function Listed({
  rows,
  onOpen,
  onSort,
}: {
  readonly rows: readonly Row[];
  readonly onOpen: (row: Row) => void;
  readonly onSort?: () => void;
}) {
  const [selected, setSelected] = useState<string | null>(null);
  return (
    <DataTable
      label="Rows"
      columns={columns}
      rows={rows}
      rowKey={(row) => row.name}
      selected={selected}
      onSelect={setSelected}
      onOpen={onOpen}
      onSort={onSort}
      empty={<p>none</p>}
    />
  );
}

describe('DataTable', () => {
  it('[TA1] moves by J and K, opens by Enter, lets go by Esc', async () => {
    const onOpen = vi.fn();
    render(<Listed rows={rowsOf(3)} onOpen={onOpen} />);
    const selected = () => document.querySelector('tr[aria-current="true"]')?.textContent ?? null;
    await userEvent.keyboard('jj');
    expect(selected()).toBe('row 1');
    await userEvent.keyboard('k');
    expect(selected()).toBe('row 0');
    await userEvent.keyboard('{Enter}');
    expect(onOpen).toHaveBeenCalledWith({ name: 'row 0' });
    await userEvent.keyboard('{Escape}');
    expect(selected()).toBeNull();
  });

  it('[TA1] selects by a click and opens by a double click', async () => {
    const onOpen = vi.fn();
    render(<Listed rows={rowsOf(3)} onOpen={onOpen} />);
    await userEvent.click(screen.getByText('row 2'));
    expect(screen.getByText('row 2').closest('tr')).toHaveAttribute('aria-current', 'true');
    expect(onOpen).not.toHaveBeenCalled();
    await userEvent.dblClick(screen.getByText('row 1'));
    expect(onOpen).toHaveBeenCalledWith({ name: 'row 1' });
  });

  it('[TA2] draws a small list whole and a long one in part, and says how long it is', () => {
    const { unmount } = render(<Listed rows={rowsOf(100)} onOpen={() => undefined} />);
    expect(document.querySelectorAll('tbody tr[data-row]')).toHaveLength(100);
    unmount();
    render(<Listed rows={rowsOf(5000)} onOpen={() => undefined} />);
    expect(document.querySelectorAll('tbody tr[data-row]').length).toBeLessThan(200);
    expect(screen.getByRole('table')).toHaveAttribute('aria-rowcount', '5001');
  });

  it('says what an empty list means', () => {
    render(<Listed rows={[]} onOpen={() => undefined} />);
    expect(screen.getByText('none')).toBeInTheDocument();
  });
});

describe('keys', () => {
  function Layer({ bindings, place }: { readonly bindings: KeyBindings; readonly place?: 'over' | 'under' }) {
    useKeys(bindings, place);
    return <input aria-label="field" />;
  }

  it('[KE1] takes nothing while somebody types, except Escape and Ctrl', async () => {
    const pressed: string[] = [];
    render(
      <Layer
        bindings={{ p: () => void pressed.push('p'), Escape: () => void pressed.push('esc'), 'ctrl+k': () => void pressed.push('find') }}
      />,
    );
    await userEvent.click(screen.getByLabelText('field'));
    await userEvent.keyboard('p{Escape}{Control>}k{/Control}');
    expect(pressed).toEqual(['esc', 'find']);
    expect(screen.getByLabelText('field')).toHaveValue('p');
  });

  it('[KE2] asks what lies under last, also when it was mounted last', async () => {
    const pressed: string[] = [];
    render(
      <>
        <Layer bindings={{ x: () => void pressed.push('screen') }} />
        <Layer place="under" bindings={{ x: () => void pressed.push('shell'), y: () => void pressed.push('shell y') }} />
      </>,
    );
    await userEvent.keyboard('xy');
    expect(pressed).toEqual(['screen', 'shell y']);
  });

  it('[KE2] asks the part that was mounted last first, and goes on when it does not want the key', async () => {
    const pressed: string[] = [];
    render(
      <>
        <Layer bindings={{ j: () => void pressed.push('under'), k: () => void pressed.push('under k') }} />
        <Layer bindings={{ j: () => void pressed.push('over'), k: () => false }} />
      </>,
    );
    await userEvent.keyboard('jk');
    expect(pressed).toEqual(['over', 'under k']);
  });

  it('[KE3] knows two keys one after the other', async () => {
    const pressed: string[] = [];
    render(<Layer bindings={{ 'g t': () => void pressed.push('topology'), t: () => void pressed.push('table') }} />);
    await userEvent.keyboard('gt');
    await userEvent.keyboard('t');
    expect(pressed).toEqual(['topology', 'table']);
  });
});

describe('unknown is said', () => {
  it('[UN1] by figures, times and producers', () => {
    render(
      <>
        <Figure value={null} what="ready" />
        <Time at={null} />
        <ServiceTag name={null} />
        <LagLamp verdict="no-offset" />
      </>,
    );
    expect(screen.getAllByText('unknown')).toHaveLength(2);
    expect(screen.getByText('unknown producer')).toBeInTheDocument();
    expect(screen.getByText('No offset yet')).toBeInTheDocument();
  });

  it('[UN1] by hatching where a sample is missing, never by 0', () => {
    const shape = sparkShape([1, null, null, 4], 100, 20);
    expect(shape.holes).toHaveLength(1);
    expect(shape.runs).toHaveLength(2);
    expect(sparkShape([null, null], 100, 20)).toMatchObject({ runs: [], last: null });
    expect(sparkShape([], 100, 20)).toEqual({ runs: [], holes: [], last: null });
    render(<Sparkline values={[1, null, 3]} label="lag" />);
    expect(screen.getByRole('img', { name: 'lag' }).querySelectorAll('rect')).toHaveLength(1);
  });

  it('splits figures into large digits and small units', () => {
    render(<Figure value={'9\u202fm 41\u202fs'} what="wait" />);
    expect(screen.getByText('wait').previousSibling).toHaveTextContent('9m 41s');
    expect(document.querySelectorAll('small')).toHaveLength(2);
  });
});

describe('states', () => {
  it('says after 2 s what is waited for', () => {
    vi.useFakeTimers();
    render(<Loading what="asking the store" />);
    expect(screen.getByRole('status')).not.toHaveTextContent('2 s');
    act(() => vi.advanceTimersByTime(2000));
    expect(screen.getByRole('status')).toHaveTextContent('asking the store, 2 s');
    vi.useRealTimers();
  });

  it('says what is wrong, what still works, the cure, and offers a try', async () => {
    const onRetry = vi.fn();
    render(
      <ErrorState
        title="shop-rabbit does not answer"
        text="Connection refused."
        works="Kafka goes on."
        cure="Start it."
        onRetry={onRetry}
      />,
    );
    const alert = screen.getByRole('alert');
    for (const words of ['shop-rabbit does not answer', 'Connection refused.', 'Kafka goes on.', 'Start it.'])
      expect(alert).toHaveTextContent(words);
    await userEvent.click(screen.getByRole('button', { name: 'Try now' }));
    expect(onRetry).toHaveBeenCalledOnce();
  });

  it('says how much was cut, also when nobody knows of how many', () => {
    const { rerender } = render(<CutNotice cut={{ shown: 1000, of: 48_210, why: 'time-limit' }} />);
    expect(screen.getByText('Cut at 1,000 of 48,210')).toBeInTheDocument();
    rerender(<CutNotice cut={{ shown: 200, of: null, why: 'row-limit' }} />);
    expect(screen.getByText('Cut at 200 of more, count unknown')).toBeInTheDocument();
    rerender(<CutNotice cut={null} />);
    expect(document.body).toHaveTextContent('');
  });
});

describe('ConfirmDialog', () => {
  it('waits for a reason, runs once, and stays with the words when it failed', async () => {
    const onConfirm = vi
      .fn<(reason: string) => Promise<void>>()
      .mockRejectedValueOnce(new Error('The broker is read-only.'))
      .mockResolvedValueOnce(undefined);
    const onOpenChange = vi.fn();
    render(
      <ConfirmDialog open onOpenChange={onOpenChange} title="Replay 1" confirm="Replay 1 in DEMO" reasonLabel="Why" onConfirm={onConfirm}>
        It goes to shipping.orders.
      </ConfirmDialog>,
    );
    const button = screen.getByRole('button', { name: 'Replay 1 in DEMO' });
    expect(button).toBeDisabled();
    fireEvent.change(screen.getByLabelText('Why'), { target: { value: '  carrier is back  ' } });
    expect(button).toBeEnabled();
    await userEvent.click(button);
    expect(await screen.findByRole('alert')).toHaveTextContent('The broker is read-only.');
    expect(onOpenChange).not.toHaveBeenCalled();
    await userEvent.click(button);
    expect(onConfirm).toHaveBeenLastCalledWith('carrier is back');
    expect(onOpenChange).toHaveBeenCalledWith(false);
  });
});
