import { Button, Group, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreditEntry, Credits } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { useCompany, useMay } from '../api/use-company.ts';
import { useList } from '../api/use-list.ts';
import { Count } from '../parts/count.tsx';
import { Outlook } from '../parts/outlook.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ProgressOf } from '../parts/progress-of.tsx';
import { LedgerTable } from './ledger-table.tsx';
import { ReserveDialog } from './reserve-dialog.tsx';
import { StatementDialog } from './statement-dialog.tsx';

const ReferralChart = lazy(async () => ({ default: (await import('./referral-chart.tsx')).ReferralChart }));

/** Referrals, the credits they became, and what was done with those. */
export function CreditsPage() {
  const { t } = useTranslation();
  const api = useApi();
  const { slug } = useCompany();
  const maySpend = useMay('credits');
  const [isReserving, { open, close }] = useDisclosure();
  const balance = useQuery({
    queryKey: ['/credits', slug],
    queryFn: ({ signal }) => api.get<Credits>('/credits', { company: slug }, signal),
  });
  const pages = useList<CreditEntry>('/credits/entries', { company: slug });
  const newest = pages.data?.pages[0]?.items[0];

  return (
    <>
      <PageTitle title={t('nav.credits')} lead={t('credits.lead')}>
        {maySpend && (
          <Button onClick={open} disabled={(balance.data?.credits.available ?? 0) === 0}>
            {t('credits.reserve')}
          </Button>
        )}
      </PageTitle>
      <Stack gap="xl">
        <ProblemNote thrown={balance.error} onRetry={() => void balance.refetch()} />
        {balance.isPending && <Skeleton height={150} radius="lg" />}
        {balance.data && <BalanceCards balance={balance.data} />}
        {newest && (
          <Suspense fallback={<Skeleton height={320} radius="lg" />}>
            <ReferralChart company={slug} newestAt={newest.postedAt} />
          </Suspense>
        )}
        <Stack gap="md">
          <Group justify="space-between">
            <Title order={2}>{t('credits.ledger')}</Title>
            {newest && <StatementDialog company={slug} />}
          </Group>
          <LedgerTable pages={pages} maySpend={maySpend} />
        </Stack>
      </Stack>
      <ReserveDialog isOpen={isReserving} onClose={close} company={slug} />
    </>
  );
}

function BalanceCards({ balance: { referrals, credits, projection } }: { readonly balance: Credits }) {
  const { t } = useTranslation();
  const missing = Math.max(0, referrals.perCredit - referrals.towardsNext);
  const others = [
    ['reserved', credits.reserved],
    ['used', credits.used],
    ['expired', credits.expired],
    ['counted', referrals.counted],
  ] as const;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Paper withBorder radius="lg" p="lg">
        <Text c="dimmed">{t('credits.available')}</Text>
        <Text fz="2.75rem" fw={650} lh={1.2}>
          <Count value={credits.available} />
        </Text>
        <Group component="dl" gap="xl" m={0} mt="md">
          {others.map(([name, value]) => (
            <div key={name}>
              <Text component="dt" size="sm" c="dimmed">
                {t(`credits.${name}`)}
              </Text>
              <Text component="dd" m={0} fw={600}>
                <Count value={value} />
              </Text>
            </div>
          ))}
        </Group>
      </Paper>
      <Paper withBorder radius="lg" p="lg">
        <Stack gap="md" h="100%" justify="center">
          <ProgressOf label={t('credits.next')} done={referrals.towardsNext} total={referrals.perCredit} />
          <Text c="dimmed">{t('credits.missing', { count: missing })}</Text>
          <Stack gap={2}>
            <Outlook projection={projection} />
          </Stack>
        </Stack>
      </Paper>
    </SimpleGrid>
  );
}
