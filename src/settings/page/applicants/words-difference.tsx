import { Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PageWords } from './types.ts';

export interface WordsDifferenceProps {
  readonly before: PageWords;
  readonly after: PageWords;
}

/** What one version says otherwise than the one before, part by part. */
export function WordsDifference({ before, after }: WordsDifferenceProps) {
  const { t } = useTranslation();
  const parts = [
    ...(['heading', 'introduction'] as const).map((name) => toPart(name)),
    { name: t('applicants.questions'), was: tellQuestions(before), is: tellQuestions(after) },
    ...(['closing', 'thanksGranted', 'thanksDeclined'] as const).map((name) => toPart(name)),
  ].filter(({ was, is }) => was !== is);

  function toPart(name: Exclude<keyof PageWords, 'questions'>) {
    return { name: t(`applicants.part.${name}`), was: before[name], is: after[name] };
  }

  if (parts.length === 0) return <Text>{t('applicants.noDifference')}</Text>;
  return (
    <Stack gap="lg">
      {parts.map(({ name, was, is }) => (
        <Stack key={name} gap="xs">
          <Text fw={600}>{name}</Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <Side label={t('applicants.before')} text={was} />
            <Side label={t('applicants.after')} text={is} />
          </SimpleGrid>
        </Stack>
      ))}
    </Stack>
  );
}

function Side({ label, text }: { readonly label: string; readonly text: string }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder radius="lg" p="md">
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm" style={{ whiteSpace: 'pre-line' }} {...(text === '' && { c: 'dimmed' })}>
        {text === '' ? t('applicants.nothing') : text}
      </Text>
    </Paper>
  );
}

const tellQuestions = ({ questions }: PageWords) =>
  questions.map(({ question, answer }) => `${question}\n${answer}`).join('\n\n');
