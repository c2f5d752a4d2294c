import { Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { toDeletionPath, useDeletionChanged } from './use-deletion.ts';

/** Stops the deletion of the company. It does no harm, so it asks nothing. */
export function KeepButton({ slug }: { readonly slug: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const changed = useDeletionChanged(slug);
  const keep = useMutation({
    mutationFn: () => api.send('DELETE', toDeletionPath(slug)),
    onSuccess: changed,
  });
  return (
    <Stack gap="sm" align="flex-start">
      <Button variant="default" onClick={() => keep.mutate()} loading={keep.isPending}>
        {t('data.keep')}
      </Button>
      <ProblemNote thrown={keep.error} />
    </Stack>
  );
}
