import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isConflict, toActor, toProblem } from '../api/problem.ts';

export interface ProblemNoteProps {
  /** Whatever was thrown; null or undefined shows nothing. */
  readonly thrown: unknown;
  readonly onRetry?: () => void;
  /** Further ways on, beside "try again". */
  readonly children?: ReactNode;
}

/** What went wrong, who must act, and the way on. Read out at once by a screen reader. */
export function ProblemNote({ thrown, onRetry, children }: ProblemNoteProps) {
  const { t } = useTranslation();
  if (thrown === null || thrown === undefined) return null;
  const problem = toProblem(thrown);
  return (
    <Alert role="alert" color="red" variant="light" icon={<TriangleAlert aria-hidden />} title={toTitle()}>
      <Stack gap="sm">
        {problem.fields.length > 0 && (
          <List size="sm">
            {problem.fields.map(({ path, message }) => (
              <List.Item key={path}>
                <Text span fw={600}>
                  {path}
                </Text>{' '}
                {message}
              </List.Item>
            ))}
          </List>
        )}
        <Text size="sm">{t(`problem.actor.${toActor(problem)}`)}</Text>
        {(onRetry ?? children) && (
          <Group gap="sm">
            {onRetry && (
              <Button variant="default" onClick={onRetry}>
                {t('problem.retry')}
              </Button>
            )}
            {children}
          </Group>
        )}
        <Text size="xs" c="dimmed">
          {t('problem.code', { code: problem.code })}
        </Text>
      </Stack>
    </Alert>
  );

  function toTitle(): string {
    if (isConflict(problem)) return t('problem.conflict');
    if (problem.title !== '') return problem.title;
    return problem.code === 'unreachable' ? t('problem.unreachable') : t('problem.unknown');
  }
}
