import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { SearchCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../api/problem.ts';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import type { VendorTemplate } from './types.ts';

const carries = { static: 'good', personal: 'good', none: 'idle' } as const;

/** Asks the ATS which of its templates carry our link, and whose words stand in them. */
export function VendorCheck({ connectionId }: { readonly connectionId: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const check = useMutation({
    mutationFn: () => api.get<Listed<VendorTemplate>>(`/connections/${connectionId}/templates`),
  });
  const cannotTell = check.error !== null && toProblem(check.error).code === 'request_conflict';
  const found = check.data?.items.filter(({ carriesLink }) => carriesLink !== 'none').length ?? 0;
  return (
    <Stack gap="sm" align="flex-start">
      <Button
        variant="default"
        leftSection={<SearchCheck size={18} aria-hidden />}
        loading={check.isPending}
        onClick={() => check.mutate()}
      >
        {t('letters.vendor.check')}
      </Button>
      <div role="status">
        {cannotTell && <Text>{t('letters.vendor.cannotTell')}</Text>}
        {check.data && (
          <Text fw={600}>{found > 0 ? t('letters.vendor.found', { count: found }) : t('letters.vendor.none')}</Text>
        )}
      </div>
      {!cannotTell && <ProblemNote thrown={check.error} />}
      {check.data && check.data.items.length > 0 && (
        <Stack component="ul" gap="md" p={0} m={0} style={{ listStyle: 'none' }}>
          {check.data.items.map((template) => (
            <Stack key={template.templateRef} component="li" gap={4}>
              <Group gap="sm">
                <StatusBadge tone={carries[template.carriesLink]}>
                  {t(`letters.vendor.carries.${template.carriesLink}`)}
                </StatusBadge>
                <Text>{template.name}</Text>
              </Group>
              <Words template={template} />
            </Stack>
          ))}
        </Stack>
      )}
    </Stack>
  );
}

const states = { newest: 'good', older: 'attention', changed: 'waiting' } as const;

/** Which letter of ours stands in a template of the ATS; of one that has nothing of us nothing is said. */
function Words({ template: { ours, carriesLink } }: { readonly template: VendorTemplate }) {
  const { t } = useTranslation();
  if (!ours) {
    if (carriesLink === 'none') return null;
    return (
      <Text size="sm" c="dimmed">
        {t('letters.vendor.ours.none')}
      </Text>
    );
  }
  const locale = t(`letters.locale.${ours.locale}`);
  return (
    <>
      <Group gap="sm">
        <StatusBadge tone={states[ours.state]}>{t(`letters.vendor.ours.${ours.state}`)}</StatusBadge>
        <Text size="sm">
          {ours.template
            ? t('letters.vendor.ours.own', { ...ours.template, locale })
            : t('letters.vendor.ours.standard', { locale })}
        </Text>
      </Group>
      {ours.state !== 'newest' && (
        <Text size="sm" c="dimmed">
          {t(`letters.vendor.ours.${ours.state}Text`)}
        </Text>
      )}
    </>
  );
}
