import { Accordion, Alert, Button, Group, List, Stack, Text, Title } from '@mantine/core';
import { CircleAlert, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Screen, toNext } from './steps.ts';
import type { StepState } from './types.ts';

export interface StepFrameProps {
  readonly state: StepState;
  readonly onGo: (screen: Screen) => void;
  /** Where a person finds what is asked for; more than the words of the step. */
  readonly where?: ReactNode;
  readonly children: ReactNode;
}

/** One step: what it is for, its form, what is still missing, and the way on once nothing is. */
export function StepFrame({ state, onGo, where, children }: StepFrameProps) {
  const { t } = useTranslation();
  const { step, isDone, isSkipped } = state;
  const [before, after] = [toNext(step, -1), toNext(step, 1)];
  return (
    <Stack gap="lg" component="section" aria-labelledby={toHeadingId(step)}>
      <StepHead screen={step} />
      <Accordion variant="contained" radius="md">
        <Accordion.Item value="where">
          <Accordion.Control>{t('start.where')}</Accordion.Control>
          <Accordion.Panel>
            <Text size="sm">{t(`start.${step}.where`)}</Text>
            {where}
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
      {children}
      <div role="status">
        {isDone ? (
          <Alert
            color={isSkipped ? 'gray' : 'relay'}
            variant="light"
            icon={<CircleCheck aria-hidden />}
            title={t(isSkipped ? 'start.skipped' : 'start.done')}
          >
            {t(isSkipped ? 'start.skippedText' : `start.${step}.done`)}
          </Alert>
        ) : (
          <Lacks state={state} />
        )}
      </div>
      <Group justify="space-between" gap="sm">
        {before ? (
          <Button variant="default" onClick={() => onGo(before)}>
            {t('start.back')}
          </Button>
        ) : (
          <span />
        )}
        {after && (
          <Button onClick={() => onGo(after)} disabled={!isDone}>
            {t('start.next')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

/** What the screen is for. The heading takes the focus when the screen opens. */
export function StepHead({ screen }: { readonly screen: Screen }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4} maw="44rem">
      <Title order={2} id={toHeadingId(screen)} tabIndex={-1}>
        {t(`start.${screen}.title`)}
      </Title>
      <Text c="dimmed">{t(`start.${screen}.lead`)}</Text>
    </Stack>
  );
}

export function toHeadingId(screen: Screen): string {
  return `start-${screen}`;
}

function Lacks({ state: { lacks } }: Pick<StepFrameProps, 'state'>) {
  const { t } = useTranslation();
  return (
    <Alert color="orange" variant="light" icon={<CircleAlert aria-hidden />} title={t('start.lacks')}>
      <List size="sm" spacing={4}>
        {lacks.map((lack) => (
          <List.Item key={lack}>{t(`start.lack.${lack}`)}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
