import { Skeleton, Stack, Stepper } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { Check, Clock } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCompany, useMay } from '../api/use-company.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { AgencyStep } from './agency-step.tsx';
import { AtsStep } from './ats-step.tsx';
import { CompanyStep } from './company-step.tsx';
import { LetterStep } from './letter-step.tsx';
import { LiveStep } from './live-step.tsx';
import { SlackStep } from './slack-step.tsx';
import styles from './start-page.module.css';
import { toHeadingId } from './step-frame.tsx';
import { findFirstOpen, findStep, mayOpen, type Screen, screens } from './steps.ts';
import type { Start, Step, StepProps } from './types.ts';
import { useWatchedStart } from './use-start.ts';

const route = getRouteApi('/c/$company/start');

/** The first run, step by step: it goes on where something is missing, whoever left it and wherever. */
export function StartPage() {
  const { t } = useTranslation();
  const { slug } = useCompany();
  const maySet = useMay('settings');
  const { step } = route.useSearch();
  const navigate = route.useNavigate();
  const start = useWatchedStart(slug);
  return (
    <>
      <PageTitle title={t('start.title')} lead={t('start.lead')} />
      <ProblemNote thrown={start.data ? null : start.error} onRetry={() => void start.refetch()} />
      {start.isPending && <Skeleton height={320} radius="lg" role="status" aria-label={t('table.loading')} />}
      {start.data && !maySet && <EmptyState title={t('start.owners')}>{t('start.ownersText')}</EmptyState>}
      {start.data && maySet && (
        <StartView
          slug={slug}
          start={start.data}
          asked={step}
          onGo={(screen) => void navigate({ search: { step: screen }, resetScroll: false })}
        />
      )}
    </>
  );
}

export interface StartViewProps {
  readonly slug: string;
  readonly start: Start;
  /** The step that the address names. */
  readonly asked: Screen | undefined;
  readonly onGo: (screen: Screen) => void;
}

export function StartView({ slug, start, asked, onGo }: StartViewProps) {
  const { t } = useTranslation();
  const isWide = useMediaQuery('(min-width: 75em)');
  // Where one came in, until one goes on: a step that has just been done must not jump away.
  const [entered] = useState(() => findFirstOpen(start));
  const screen =
    asked !== undefined && mayOpen(start, asked) ? asked : mayOpen(start, entered) ? entered : findFirstOpen(start);
  useFocusedHeading(screen);
  return (
    <Stack gap="xl">
      <Stepper
        active={screens.indexOf(screen)}
        onStepClick={(index) => onGo(screens[index] ?? 'live')}
        orientation={isWide ? 'horizontal' : 'vertical'}
        iconSize={34}
        size="sm"
        classNames={isWide ? {} : { step: styles.upright ?? '' }}
        component="nav"
        aria-label={t('start.steps')}
      >
        {screens.map((one, index) => (
          <Stepper.Step
            key={one}
            label={t(`start.${one}.short`)}
            description={t(`start.state.${toState(one)}`)}
            icon={toState(one) === 'done' ? <Check size={18} aria-hidden /> : index + 1}
            completedIcon={toState(one) === 'later' ? <Clock size={18} aria-hidden /> : <Check size={18} aria-hidden />}
            allowStepSelect={mayOpen(start, one)}
            disabled={!mayOpen(start, one)}
            aria-current={one === screen ? 'step' : undefined}
          />
        ))}
      </Stepper>
      <Opened slug={slug} start={start} screen={screen} onGo={onGo} />
    </Stack>
  );

  function toState(one: Screen): 'done' | 'later' | 'open' {
    if (one === 'live') return start.isLive ? 'done' : 'open';
    const state = findStep(start, one);
    if (state?.isSkipped) return 'later';
    return state?.isDone ? 'done' : 'open';
  }
}

const steps = {
  company: CompanyStep,
  agency: AgencyStep,
  ats: AtsStep,
  letter: LetterStep,
  slack: SlackStep,
} as const satisfies Record<Step, (props: StepProps) => unknown>;

type OpenedProps = Omit<StartViewProps, 'asked'> & { readonly screen: Screen };

function Opened({ screen, slug, start, onGo }: OpenedProps) {
  if (screen === 'live') {
    const { connectionId, isLive } = start;
    return connectionId && <LiveStep slug={slug} connectionId={connectionId} isLive={isLive} onGo={onGo} />;
  }
  const state = findStep(start, screen);
  const Open = steps[screen];
  return state && <Open slug={slug} start={start} state={state} onGo={onGo} />;
}

/** When another screen opens its heading has the focus; the page itself opens as any other. */
function useFocusedHeading(screen: Screen): void {
  const before = useRef(screen);
  useEffect(() => {
    if (before.current === screen) return;
    before.current = screen;
    const heading = document.getElementById(toHeadingId(screen));
    heading?.focus({ preventScroll: true });
    heading?.scrollIntoView({ block: 'start' });
  }, [screen]);
}
