// biome-ignore-all lint/a11y/noRedundantRoles: as cards on a phone the rows are blocks, and Safari then forgets what they are
import { Button, Center, Paper, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import table from '../parts/data-table.module.css';
import type { Column } from '../parts/data-table.tsx';

export interface RuleTableProps<T> {
  readonly label: string;
  /** The first names the row. */
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowId: (row: T) => string;
  readonly empty: ReactNode;
}

const rowsAtFirst = 100;

/** Rules, each with its choices; on a phone each is a card. What comes last matters least and is shown when asked for. */
export function RuleTable<T>({ label, columns, rows, rowId, empty }: RuleTableProps<T>) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(rowsAtFirst);
  if (rows.length === 0) return empty;
  return (
    <Stack gap="sm">
      <Paper withBorder radius="lg" className={table.sheet ?? ''}>
        <table role="table" aria-label={label} className={table.table}>
          <colgroup>
            {columns.map(({ id, width }) => (
              <col key={id} style={{ width }} />
            ))}
          </colgroup>
          <thead role="rowgroup" className={table.head}>
            <tr role="row">
              {columns.map(({ id, header, isNumber }) => (
                <th key={id} role="columnheader" scope="col" data-number={isNumber}>
                  {header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {rows.slice(0, shown).map((row) => (
              <tr key={rowId(row)} role="row">
                {columns.map((column, position) => (
                  <Cell key={column.id} column={column} row={row} isName={position === 0} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Paper>
      {rows.length > shown && (
        <Center>
          <Button variant="default" onClick={() => setShown(shown + rowsAtFirst)}>
            {t('mapping.more', { count: rows.length - shown })}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

interface CellProps<T> {
  readonly column: Column<T>;
  readonly row: T;
  readonly isName: boolean;
}

function Cell<T>({ column: { header, cell, isNumber }, row, isName }: CellProps<T>) {
  if (isName)
    return (
      <th role="rowheader" scope="row" data-label={header} data-number={isNumber}>
        <div>{cell(row)}</div>
      </th>
    );
  return (
    <td role="cell" data-label={header} data-number={isNumber}>
      <div>{cell(row)}</div>
    </td>
  );
}
