import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import type { LetterAct, LetterDecided, LetterDecision } from './types.ts';

export interface Decision {
  readonly act: LetterAct;
  readonly letterIds: readonly string[];
}

/** From how many letters on their number is typed before something is done to them. */
export const confirmAbove = 30;

/** Sends, holds or cancels letters, says what was done, and reads again what that changed. */
export function useDecide(company: string, onDone: () => void) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ act, letterIds }: Decision) =>
      api.send<LetterDecided>('POST', '/letters/decide', {
        company,
        act,
        letterIds: [...letterIds],
        ...(letterIds.length > confirmAbove && { confirmedCount: letterIds.length }),
      } satisfies LetterDecision),
    onSuccess: async ({ changed, past }, { act }) => {
      if (changed.length > 0) notifications.show({ message: t(`letters.done.${act}`, { count: changed.length }) });
      if (past.length > 0)
        notifications.show({ message: t('letters.done.past', { count: past.length }), color: 'orange' });
      onDone();
      await queries.invalidateQueries({
        predicate: ({ queryKey: [path] }) => typeof path === 'string' && path.startsWith('/letters'),
      });
    },
  });
}
