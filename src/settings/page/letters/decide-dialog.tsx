import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { confirmAbove, type Decision, type useDecide } from './use-decide.ts';

export interface DecideDialogProps {
  /** What is asked; undefined: nothing. */
  readonly asked: Decision | undefined;
  readonly onClose: () => void;
  readonly decide: ReturnType<typeof useDecide>;
  /** Some of them may have gone out before. */
  readonly hasUnknown: boolean;
}

/** Says what will happen to how many letters, and asks; for many, their number is typed. */
export function DecideDialog({ asked, onClose, decide, hasUnknown }: DecideDialogProps) {
  const { t } = useTranslation();
  const count = asked?.letterIds.length ?? 0;
  const act = asked?.act ?? 'hold';
  return (
    <ConfirmDanger
      isOpen={asked !== undefined}
      onClose={onClose}
      onConfirm={() => asked && decide.mutate(asked)}
      title={t(`letters.ask.${act}`, { count })}
      verb={t(`letters.act.${act}`)}
      {...(count > confirmAbove && { typed: String(count) })}
      isBusy={decide.isPending}
      thrown={decide.error}
    >
      <Stack gap="xs">
        <Text>{t(`letters.askText.${act}`)}</Text>
        {hasUnknown && act === 'send' && <Text fw={600}>{t('letters.unknown.second')}</Text>}
      </Stack>
    </ConfirmDanger>
  );
}
