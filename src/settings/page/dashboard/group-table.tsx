import { Box, Paper, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Band, Groups } from './types.ts';

export interface GroupTableProps {
  readonly title: string;
  /** What a row is named after: a reason, a job. */
  readonly nameOf: string;
  readonly groups: Groups;
}

/** What became of rejections that share something. Small numbers come hidden from the server. */
export function GroupTable({ title, nameOf, groups: { cells, rest } }: GroupTableProps) {
  const { t } = useTranslation();
  const rows = [
    ...cells.map((cell) => ({ ...cell, id: `cell ${cell.name}`, name: cell.name ?? t('dashboard.noName') })),
    ...(rest === null ? [] : [{ ...rest, id: 'rest', name: t('dashboard.rest', { count: rest.groups }) }]),
  ];
  const most = Math.max(1, ...rows.map(({ rejections }) => rejections?.most ?? 0));
  return (
    <Paper withBorder radius="lg" p="lg">
      <Title order={3} mb="sm">
        {title}
      </Title>
      {rows.length === 0 ? (
        <Text c="dimmed">{t('dashboard.groupsEmpty')}</Text>
      ) : (
        <Table aria-label={title} horizontalSpacing={4} verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{nameOf}</Table.Th>
              {(['rejections', 'lettersShort', 'consents'] as const).map((name) => (
                <Table.Th key={name} scope="col" ta="right" style={{ whiteSpace: 'nowrap' }}>
                  {t(`dashboard.${name}`)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ id, name, rejections, letters, consents }) => (
              <Table.Tr key={id}>
                <Table.Th scope="row" fw={500} style={{ overflowWrap: 'anywhere' }}>
                  {name}
                  <Bar band={rejections} most={most} />
                </Table.Th>
                <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                  {toText(rejections)}
                </Table.Td>
                <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                  {toText(letters)}
                </Table.Td>
                <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                  {toText(consents)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );

  function toText(band: Band | null): string {
    return band === null ? t('dashboard.less') : t('dashboard.band', { ...band });
  }
}

/** The same as the number beside it, for the eye. */
function Bar({ band, most }: { readonly band: Band | null; readonly most: number }) {
  const share = band === null ? 0 : (band.least / most) * 100;
  return (
    <Box
      aria-hidden
      h={6}
      mt={4}
      w={`max(${share}%, 2px)`}
      bg="var(--mantine-color-relay-light-color)"
      style={{ borderRadius: 3 }}
    />
  );
}
