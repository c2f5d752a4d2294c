import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Time } from '../parts/time.tsx';
import type { Start } from './types.ts';

export interface MarkLineProps {
  readonly start: Pick<Start, 'marks'>;
  readonly mark: Exclude<Start['marks'][number]['mark'], 'slack-skipped'>;
}

/** Who did it last, and when; nothing where nobody did. */
export function MarkLine({ start, mark }: MarkLineProps) {
  const { t } = useTranslation();
  const found = start.marks.find((one) => one.mark === mark);
  if (!found) return null;
  return (
    <Text size="sm" c="dimmed">
      {t(`start.mark.${mark}`)} <Time at={found.at} />
      {found.actorName !== null && ` ・ ${found.actorName}`}
    </Text>
  );
}
