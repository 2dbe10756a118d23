'use client';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Icon } from './icon';
import { useKeys } from './keys';
import { useScrollTo } from './use-scroll-to';
import styles from './table.module.css';

export type Density = 'dense' | 'normal' | 'roomy';

const rowHeights: Record<Density, number> = { dense: 28, normal: 34, roomy: 44 };

/** Below this all rows are drawn: a virtual list costs more than it saves, and find-in-page works. */
const VIRTUAL_FROM = 120;

export interface Column<Row> {
  readonly id: string;
  readonly title: ReactNode;
  /** Pixels; without it the column takes what is left. */
  readonly width?: number;
  readonly align?: 'end';
  readonly sortable?: boolean;
  /** Left out below 1180 px. */
  readonly wideOnly?: boolean;
  readonly cell: (row: Row, index: number) => ReactNode;
}

export interface Sort {
  readonly column: string;
  readonly down: boolean;
}

export interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly density?: Density;
  readonly selected?: string | null;
  /** A click selects (null: Esc). */
  readonly onSelect?: (key: string | null) => void;
  /** Double click or Enter opens. */
  readonly onOpen?: (row: Row) => void;
  readonly sort?: Sort;
  readonly onSort?: (sort: Sort) => void;
  /** Stands under the head when there are no rows. */
  readonly empty?: ReactNode;
  /** Grows with its rows inside a scrolling page instead of scrolling itself. */
  readonly embedded?: boolean;
  readonly rowTone?: (row: Row) => 'quiet' | undefined;
}

/** A real table with virtual rows from 120 on. `J K` move the selection, `Enter` opens, `Esc` lets go. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  density = 'normal',
  selected = null,
  onSelect,
  onOpen,
  sort,
  onSort,
  empty,
  embedded = false,
  rowTone,
}: DataTableProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = !embedded && rows.length >= VIRTUAL_FROM;
  const virtualizer = useVirtualizer({
    count: virtual ? rows.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeights[density] + 1,
    overscan: 12,
  });

  const at = selected === null ? -1 : rows.findIndex((row) => rowKey(row) === selected);
  const scrollTo = useScrollTo(virtualizer);
  useEffect(() => {
    if (virtual) scrollTo(at);
    else if (!embedded && at >= 0) scroller.current?.querySelectorAll('tbody tr[data-row]')[at]?.scrollIntoView({ block: 'nearest' });
    // Only a new selection may scroll; rows that arrive must not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected, at < 0]);

  const move = (by: number): void => {
    if (!onSelect || rows.length === 0) return;
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
    const row = rows[next];
    if (row === undefined) return;
    onSelect(rowKey(row));
  };
  const open = (): boolean => {
    const row = rows.find((each) => rowKey(each) === selected);
    if (row === undefined || !onOpen) return false;
    onOpen(row);
    return true;
  };
  useKeys(
    onSelect
      ? {
          j: () => move(1),
          k: () => move(-1),
          Enter: open,
          Escape: () => (selected === null ? false : onSelect(null)),
        }
      : {},
  );

  const items = virtual ? virtualizer.getVirtualItems() : null;
  const before = items?.[0]?.start ?? 0;
  const lastItem = items?.at(-1);
  const after = items && lastItem ? virtualizer.getTotalSize() - lastItem.end : 0;

  const drawRow = (row: Row, index: number): ReactNode => {
    const key = rowKey(row);
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.target !== event.currentTarget) return;
      if (event.key === ' ' && onSelect) {
        event.preventDefault();
        onSelect(key);
      }
      if (event.key === 'Enter') {
        event.preventDefault();
        event.stopPropagation();
        if (onOpen) onOpen(row);
        else onSelect?.(key);
      }
    };
    const active = onSelect !== undefined || onOpen !== undefined;
    return (
      <tr
        key={key}
        data-row={key}
        data-open={active || undefined}
        data-selected={key === selected || undefined}
        aria-current={key === selected || undefined}
        aria-rowindex={virtual ? index + 2 : undefined}
        className={rowTone?.(row)}
        tabIndex={active ? 0 : undefined}
        onClick={active ? () => (onSelect ? onSelect(key) : onOpen?.(row)) : undefined}
        onDoubleClick={onOpen ? () => onOpen(row) : undefined}
        onKeyDown={active ? onKeyDown : undefined}
      >
        {columns.map((column) => (
          <td key={column.id} className={cellClass(column)}>
            {column.cell(row, index)}
          </td>
        ))}
      </tr>
    );
  };

  const table = (
    <table
      className={`${styles.table} ${density === 'normal' ? '' : styles[density]}`}
      aria-label={label}
      aria-rowcount={virtual ? rows.length + 1 : undefined}
    >
      <colgroup>
        {columns.map((column) => (
          <col
            key={column.id}
            className={column.wideOnly ? 'wide-only' : undefined}
            style={column.width ? { width: column.width } : undefined}
          />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map((column) => (
            <th
              key={column.id}
              scope="col"
              className={cellClass(column)}
              aria-sort={sort?.column === column.id ? (sort.down ? 'descending' : 'ascending') : undefined}
            >
              {column.sortable && onSort ? (
                <button
                  type="button"
                  className={styles.sort}
                  data-on={sort?.column === column.id || undefined}
                  onClick={() => onSort({ column: column.id, down: sort?.column === column.id ? !sort.down : true })}
                >
                  {column.title}
                  {sort?.column === column.id && <span aria-hidden="true">{sort.down ? '↓' : '↑'}</span>}
                </button>
              ) : (
                column.title
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className={styles.rows}>
        {before > 0 && <Spacer height={before} />}
        {items
          ? items.map((item) => {
              const row = rows[item.index];
              return row === undefined ? null : drawRow(row, item.index);
            })
          : rows.map(drawRow)}
        {after > 0 && <Spacer height={after} />}
      </tbody>
    </table>
  );
  if (embedded) return table;
  return (
    <div className={styles.scroll} ref={scroller}>
      {table}
      {rows.length === 0 && empty}
    </div>
  );
}

const cellClass = <Row,>(column: Column<Row>): string | undefined =>
  [column.align === 'end' ? styles.end : '', column.wideOnly ? 'wide-only' : ''].filter(Boolean).join(' ') || undefined;

function Spacer({ height }: { readonly height: number }) {
  return (
    <tr className={styles.spacer} aria-hidden="true">
      <td style={{ height }} />
    </tr>
  );
}

/** A plain small table for panels and cards: no selection, no keys. */
export function PlainTable<Row>(props: Pick<DataTableProps<Row>, 'label' | 'columns' | 'rows' | 'rowKey' | 'density'>) {
  return <DataTable density="dense" {...props} embedded />;
}

/** Opens and closes a group of rows in place. */
export function Chevron({ open }: { readonly open: boolean }) {
  return <Icon name={open ? 'chevron-down' : 'chevron-right'} size={12} />;
}
