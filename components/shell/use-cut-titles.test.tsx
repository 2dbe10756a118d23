import { fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useCutTitles } from './use-cut-titles';

function Table({ name, title }: { readonly name: string; readonly title?: string }) {
  useCutTitles();
  return (
    <table>
      <tbody>
        <tr>
          <td style={{ textOverflow: 'ellipsis' }} title={title}>
            {name}
          </td>
        </tr>
      </tbody>
    </table>
  );
}

const wide = (pixels: number): void => {
  vi.spyOn(HTMLElement.prototype, 'scrollWidth', 'get').mockReturnValue(pixels);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(100);
};

describe('texts that are cut', () => {
  afterEach(() => vi.restoreAllMocks());

  it('are whole on hover, and no longer once they fit', () => {
    wide(300);
    render(<Table name="a very long name" />);
    const cell = screen.getByText('a very long name');
    fireEvent.pointerOver(cell);
    expect(cell.title).toBe('a very long name');
    wide(100);
    fireEvent.pointerOver(cell);
    expect(cell.hasAttribute('title')).toBe(false);
  });

  it('keep the title that somebody wrote', () => {
    wide(300);
    render(<Table name="short" title="what it means" />);
    fireEvent.pointerOver(screen.getByText('short'));
    expect(screen.getByText('short').title).toBe('what it means');
  });
});
