// biome-ignore-all lint/a11y/noRedundantRoles: as cards on a phone the rows are blocks, and Safari then forgets what they are
import { Button, Center, Loader, Paper, Skeleton, Stack } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pages } from '../api/use-list.ts';
import styles from './data-table.module.css';
import { ProblemNote } from './problem-note.tsx';

export interface Column<T> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** Numbers stand to the right, digit under digit. */
  readonly isNumber?: boolean;
  /** CSS width; without it the column takes what is left. */
  readonly width?: string;
}

export interface DataTableProps<T> {
  /** What it lists, for a screen reader. */
  readonly label: string;
  /** The first names the row. */
  readonly columns: readonly Column<T>[];
  readonly pages: Pages<T>;
  readonly rowId: (row: T) => string;
  /** Shown in its place where there is nothing: an EmptyState. */
  readonly empty: ReactNode;
}

/** How many rows from the end the next page is asked for. */
const ahead = 30;

/**
 * A list of any length: the server pages it, only rows in sight are drawn, and on a phone each row is a card. Arrow keys,
 * Home and End go from row to row; Tab goes to what is inside one.
 */
export function DataTable<T>({ label, columns, pages, rowId, empty }: DataTableProps<T>) {
  const { t } = useTranslation();
  const rows = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  if (pages.isPending) return <Waiting label={t('table.loading')} />;
  if (rows.length === 0 && pages.isError)
    return <ProblemNote thrown={pages.error} onRetry={() => void pages.refetch()} />;
  if (rows.length === 0) return empty;
  return (
    <Stack gap="sm">
      <Rows label={label} columns={columns} rows={rows} rowId={rowId} pages={pages} />
      {pages.isError && <ProblemNote thrown={pages.error} onRetry={() => void pages.fetchNextPage()} />}
      {pages.hasNextPage && !pages.isError && (
        <Center>
          {pages.isFetchingNextPage ? (
            <Loader aria-label={t('table.loading')} />
          ) : (
            <Button variant="default" onClick={() => void pages.fetchNextPage()}>
              {t('table.more')}
            </Button>
          )}
        </Center>
      )}
    </Stack>
  );
}

interface RowsProps<T> extends Pick<DataTableProps<T>, 'label' | 'columns' | 'rowId' | 'pages'> {
  readonly rows: readonly T[];
}

function Rows<T>({ label, columns, rows, rowId, pages }: RowsProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const top = useTop(body);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => 57,
    overscan: 10,
    scrollMargin: top,
    getItemKey: (index) => toKey(rows[index], index, rowId),
  });
  const shown = virtual.getVirtualItems();
  const [first] = shown;
  const last = shown.at(-1);
  const above = first ? first.start - top : 0;
  const below = last ? virtual.getTotalSize() - (last.end - top) : 0;
  useNextPage(pages, (last?.index ?? 0) + ahead >= rows.length);
  const walk = useWalk(body, rows.length, virtual.isScrolling, (index) => virtual.scrollToIndex(index));

  return (
    <Paper withBorder radius="lg" className={styles.sheet ?? ''}>
      <table
        role="table"
        aria-label={label}
        aria-rowcount={pages.hasNextPage ? -1 : rows.length + 1}
        className={styles.table}
      >
        <colgroup>
          {columns.map(({ id, width }) => (
            <col key={id} style={{ width }} />
          ))}
        </colgroup>
        <thead role="rowgroup" className={styles.head}>
          <tr role="row" aria-rowindex={1}>
            {columns.map(({ id, header, isNumber }) => (
              <th key={id} role="columnheader" scope="col" data-number={isNumber}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" ref={body} onKeyDown={walk.onKeyDown}>
          <Space height={above} columns={columns.length} />
          {shown.map(({ index, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <tr
                key={key}
                role="row"
                ref={virtual.measureElement}
                data-index={index}
                aria-rowindex={index + 2}
                tabIndex={walk.active === index ? 0 : -1}
                onFocus={() => walk.setActive(index)}
              >
                {columns.map(({ id, header, cell, isNumber }, position) =>
                  position === 0 ? (
                    <th key={id} role="rowheader" scope="row" data-label={header} data-number={isNumber}>
                      <div>{cell(row)}</div>
                    </th>
                  ) : (
                    <td key={id} role="cell" data-label={header} data-number={isNumber}>
                      <div>{cell(row)}</div>
                    </td>
                  ),
                )}
              </tr>
            );
          })}
          <Space height={below} columns={columns.length} />
        </tbody>
      </table>
    </Paper>
  );
}

/** How far from the top of the page the rows begin, also when what stands above them grows. */
function useTop(body: { readonly current: HTMLElement | null }): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setTop(Math.round((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [body]);
  return top;
}

function toKey<T>(row: T | undefined, index: number, rowId: (row: T) => string): string | number {
  return row === undefined ? index : rowId(row);
}

/** Stands for the rows out of sight. */
function Space({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden className={styles.space}>
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

function useNextPage<T>(pages: Pages<T>, isNear: boolean): void {
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = pages;
  const isDue = isNear && hasNextPage && !isFetchingNextPage && !isError;
  useEffect(() => {
    if (isDue) void fetchNextPage();
  }, [isDue, fetchNextPage]);
}

/**
 * One row can be reached by Tab; the arrows choose which. A row that is not drawn yet is drawn first, then focused. While
 * the list finds its place and grows it may lose the row again: it is sought until the reader does something else.
 */
function useWalk(
  body: { readonly current: HTMLElement | null },
  length: number,
  isScrolling: boolean,
  show: (index: number) => void,
) {
  const [active, setActive] = useState(0);
  const wanted = useRef<number>(undefined);
  useForgetting(wanted);
  useEffect(() => {
    if (wanted.current === undefined) return;
    const { activeElement } = document;
    const row = body.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`);
    if (activeElement !== document.body && !body.current?.contains(activeElement)) wanted.current = undefined;
    else if (row) row.focus({ preventScroll: true });
    else if (!isScrolling) show(wanted.current);
  });

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const next = toNext(event.key, active, length);
    const isInside = event.target instanceof HTMLElement && event.target.closest('input, textarea, select') !== null;
    wanted.current = isInside ? undefined : next;
    if (next === undefined || isInside) return;
    event.preventDefault();
    setActive(next);
    show(next);
  }
  return { active, setActive, onKeyDown };
}

/** Whoever scrolls or presses elsewhere wants no row any more. */
function useForgetting(wanted: { current: number | undefined }): void {
  useEffect(() => {
    const forget = () => {
      wanted.current = undefined;
    };
    const signs = ['wheel', 'touchmove', 'pointerdown'] as const;
    for (const sign of signs) window.addEventListener(sign, forget, { passive: true });
    return () => {
      for (const sign of signs) window.removeEventListener(sign, forget);
    };
  }, [wanted]);
}

function toNext(key: string, active: number, length: number): number | undefined {
  if (key === 'ArrowDown') return Math.min(length - 1, active + 1);
  if (key === 'ArrowUp') return Math.max(0, active - 1);
  if (key === 'Home') return 0;
  return key === 'End' ? length - 1 : undefined;
}

function Waiting({ label }: { readonly label: string }) {
  return (
    <Paper withBorder radius="lg" p="md" role="status" aria-label={label}>
      <Stack gap="sm">
        {[0, 1, 2, 3, 4].map((line) => (
          <Skeleton key={line} height={40} radius="md" />
        ))}
      </Stack>
    </Paper>
  );
}
