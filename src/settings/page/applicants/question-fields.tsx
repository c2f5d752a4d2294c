import { Button, Fieldset, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PageWords, PageWordsDesk } from './types.ts';
import type { SayFault } from './words-form.tsx';

type Question = PageWords['questions'][number];

export interface QuestionFieldsProps {
  readonly questions: readonly Question[];
  readonly longest: PageWordsDesk['longest'];
  readonly say: SayFault;
  readonly maySet: boolean;
  readonly onChange: (questions: readonly Question[]) => void;
}

/** Questions that applicants often ask, each with its answer. */
export function QuestionFields({ questions, longest, say, maySet, onChange }: QuestionFieldsProps) {
  const { t } = useTranslation();
  const change = (place: number, part: Partial<Question>) =>
    onChange(questions.map((one, index) => (index === place ? { ...one, ...part } : one)));

  return (
    <Stack gap="sm" role="group" aria-label={t('applicants.questions')}>
      <Text fw={600}>{t('applicants.questions')}</Text>
      <Text size="xs" c="dimmed">
        {t('applicants.questionsHelp', { most: longest.questions })}
      </Text>
      {questions.map((one, index) => (
        <Fieldset key={index} legend={t('applicants.questionOf', { number: index + 1 })} radius="lg">
          <Stack gap="sm">
            <TextInput
              label={t('applicants.question')}
              value={one.question}
              maxLength={longest.question}
              error={say(`questions.${index}.question`)}
              disabled={!maySet}
              onChange={(event) => change(index, { question: event.currentTarget.value })}
            />
            <Textarea
              label={t('applicants.answer')}
              value={one.answer}
              maxLength={longest.answer}
              error={say(`questions.${index}.answer`)}
              disabled={!maySet}
              autosize
              minRows={2}
              maxRows={8}
              onChange={(event) => change(index, { answer: event.currentTarget.value })}
            />
            {maySet && (
              <Group>
                <Button
                  variant="default"
                  aria-label={`${t('applicants.removeQuestion')} ${t('applicants.questionOf', { number: index + 1 })}`}
                  onClick={() => onChange(questions.filter((_one, place) => place !== index))}
                >
                  {t('applicants.removeQuestion')}
                </Button>
              </Group>
            )}
          </Stack>
        </Fieldset>
      ))}
      {maySet && questions.length < longest.questions && (
        <Group>
          <Button variant="default" onClick={() => onChange([...questions, { question: '', answer: '' }])}>
            {t('applicants.addQuestion')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
