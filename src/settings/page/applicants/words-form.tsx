import { Alert, List, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { QuestionFields } from './question-fields.tsx';
import type { FixedPart, PageWords, PageWordsDesk, WordsProblem } from './types.ts';

export interface WordsFormProps {
  readonly desk: PageWordsDesk;
  readonly words: PageWords;
  readonly problems: readonly WordsProblem[];
  readonly maySet: boolean;
  readonly onChange: (words: PageWords) => void;
}

/** What a company may say, in the order of the page, and between it what stays in our words. */
export function WordsForm({ desk, words, problems, maySet, onChange }: WordsFormProps) {
  const { t } = useTranslation();
  const { longest, fixed } = desk;
  const say = useFaults(problems);

  const field = (name: 'heading' | 'introduction' | 'closing' | 'thanksGranted' | 'thanksDeclined') => ({
    label: t(`applicants.part.${name}`),
    description: t(`applicants.help.${name}`, { most: longest[name] }),
    value: words[name],
    maxLength: longest[name],
    error: say(name),
    disabled: !maySet,
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      onChange({ ...words, [name]: event.currentTarget.value }),
  });
  const area = { autosize: true, minRows: 3, maxRows: 12 } as const;

  return (
    <Stack gap="md" component="section" aria-label={t('applicants.words')}>
      <Title order={2}>{t('applicants.words')}</Title>
      <Rules />
      <Fixed parts={fixed.filter((part) => part === 'question')} why="question" />
      <TextInput {...field('heading')} />
      <Textarea {...field('introduction')} {...area} />
      <Fixed parts={fixed.filter((part) => part !== 'question' && !isAnswer(part))} why="explanation" />
      <QuestionFields
        questions={words.questions}
        longest={longest}
        say={say}
        maySet={maySet}
        onChange={(questions) => onChange({ ...words, questions: [...questions] })}
      />
      <Fixed parts={fixed.filter(isAnswer)} why="answer" />
      <Textarea {...field('closing')} {...area} minRows={2} />
      <Textarea {...field('thanksGranted')} {...area} minRows={2} />
      <Textarea {...field('thanksDeclined')} {...area} minRows={2} />
      {say('') !== undefined && (
        <Text role="status" size="sm" fw={600}>
          {say('')}
        </Text>
      )}
    </Stack>
  );
}

const isAnswer = (part: FixedPart) => part === 'box' || part === 'buttons';

/** What is wrong with a part, in words; undefined where nothing is. */
export type SayFault = (part: string) => string | undefined;

function useFaults(problems: readonly WordsProblem[]): SayFault {
  const { t } = useTranslation();
  return (part) =>
    problems
      .filter((problem) => problem.part === part)
      .map(({ fault, found }) => t(`applicants.fault.${fault}`, { found }))
      .join(' ') || undefined;
}

function Rules() {
  const { t } = useTranslation();
  return (
    <Alert color="gray" title={t('applicants.rules.title')}>
      <List size="sm" spacing={4}>
        <List.Item>{t('applicants.rules.gift')}</List.Item>
        <List.Item>{t('applicants.rules.pressure')}</List.Item>
        <List.Item>{t('applicants.rules.link')}</List.Item>
      </List>
    </Alert>
  );
}

interface FixedProps {
  readonly parts: readonly FixedPart[];
  readonly why: 'question' | 'explanation' | 'answer';
}

/** What nobody can word otherwise, and why. */
function Fixed({ parts, why }: FixedProps) {
  const { t } = useTranslation();
  return (
    <Paper withBorder radius="lg" p="md" bg="var(--mantine-color-default-hover)">
      <Stack gap={4}>
        <Text size="sm" fw={600}>
          <Lock size={14} aria-hidden /> {t('applicants.fixed')}
        </Text>
        <List size="sm" c="dimmed">
          {parts.map((part) => (
            <List.Item key={part}>{t(`applicants.fixedPart.${part}`)}</List.Item>
          ))}
        </List>
        <Text size="sm">{t(`applicants.why.${why}`)}</Text>
      </Stack>
    </Paper>
  );
}
