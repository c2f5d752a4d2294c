import { Stack, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../parts/empty-state.tsx';
import { DeletionCard } from './deletion-card.tsx';
import { ExportCard } from './export-card.tsx';
import { Section } from './section.tsx';

const held = ['people', 'letters', 'deliveries', 'ledger', 'archives', 'agreed'] as const;

export interface DataPanelProps {
  readonly slug: string;
  readonly name: string;
  /** Whether the reader is an owner. */
  readonly mayManage: boolean;
}

/** What is held of the company and how long, how to take it out, and how to end it all. */
export function DataPanel({ slug, name, mayManage }: DataPanelProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="lg" maw="52rem">
      <Section title={t('data.heldTitle')}>
        <Table.ScrollContainer minWidth={320} type="native">
          <Table verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('data.what')}</Table.Th>
                <Table.Th scope="col">{t('data.howLong')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {held.map((kind) => (
                <Table.Tr key={kind}>
                  <Table.Th scope="row" fw={500}>
                    {t(`data.held.${kind}`)}
                  </Table.Th>
                  <Table.Td>{t(`data.until.${kind}`)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Section>
      {mayManage ? (
        <>
          <ExportCard slug={slug} />
          <DeletionCard slug={slug} name={name} />
        </>
      ) : (
        <EmptyState title={t('data.owners')}>{t('data.ownersText')}</EmptyState>
      )}
    </Stack>
  );
}
