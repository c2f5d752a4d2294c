import { Alert, Button, Divider, Drawer, Group, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, Info, Send } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { DecideDialog } from './decide-dialog.tsx';
import styles from './letters.module.css';
import { MailPreview } from './mail-preview.tsx';
import type { LetterDetails, TestMailSent } from './types.ts';
import { type Decision, useDecide } from './use-decide.ts';
import { listActs, toNext, tones, toWhy } from './words.ts';

export interface LetterDrawerProps {
  readonly company: string;
  /** The letter that is open; undefined: none. */
  readonly letterId: string | undefined;
  readonly mayDecide: boolean;
  readonly onClose: () => void;
  readonly titleOf: (connector: string) => string;
}

/** One letter whole: to whom, why, what it says, what people did about it, and what can be done now. */
export function LetterDrawer({ letterId, onClose, ...rest }: LetterDrawerProps) {
  const { t } = useTranslation();
  return (
    <Drawer.Root opened={letterId !== undefined} onClose={onClose} position="right" size="46rem" padding="lg">
      <Drawer.Overlay />
      <Drawer.Content>
        {/* Not Drawer.Header: it would be a second banner of the page. */}
        <Drawer.Body>
          <Group justify="space-between" pt="sm" pb="md">
            <Drawer.Title>{t('letters.one')}</Drawer.Title>
            <Drawer.CloseButton aria-label={t('close')} size="xl" />
          </Group>
          {letterId !== undefined && <Letter key={letterId} letterId={letterId} {...rest} />}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

type LetterProps = Omit<LetterDrawerProps, 'letterId' | 'onClose'> & { readonly letterId: string };

function Letter({ company, letterId, mayDecide, titleOf }: LetterProps) {
  const { t } = useTranslation();
  const api = useApi();
  const path = `/letters/${letterId}`;
  const letter = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => api.get<LetterDetails>(path, {}, signal),
  });
  if (letter.error) return <ProblemNote thrown={letter.error} onRetry={() => void letter.refetch()} />;
  if (!letter.data) return <Skeleton height={320} radius="lg" role="status" aria-label={t('table.loading')} />;
  const { data } = letter;
  return (
    <Stack gap="lg">
      <Stack gap="xs">
        <Title order={2}>{data.name ?? t(data.isMasked ? 'letters.masked' : 'letters.nameless')}</Title>
        <Group gap="sm">
          <StatusBadge tone={tones[data.status]}>{t(`letters.status.${data.status}`)}</StatusBadge>
          {data.reason !== null && <Text>{toWhy(t, data.reason)}</Text>}
        </Group>
      </Stack>
      <Next letter={data} />
      {mayDecide && <Acts company={company} letter={data} />}
      <Facts letter={data} titleOf={titleOf} />
      <Divider />
      <Content letter={data} mayTest={mayDecide} />
      <Divider />
      <History letter={data} />
    </Stack>
  );
}

/** What somebody has to do before it goes on, or what is not known. */
function Next({ letter }: { readonly letter: LetterDetails }) {
  const { t } = useTranslation();
  if (letter.status === 'unknown')
    return (
      <Alert color="orange" variant="light" icon={<CircleAlert aria-hidden />} title={t('letters.unknown.title')}>
        {t('letters.unknown.text')}
      </Alert>
    );
  const next = toNext(t, letter);
  if (next === undefined) return null;
  return (
    <Alert color="blue" variant="light" icon={<Info aria-hidden />}>
      {next}
    </Alert>
  );
}

function Acts({ company, letter }: { readonly company: string; readonly letter: LetterDetails }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Decision>();
  const decide = useDecide(company, () => setAsked(undefined));
  const { id, status } = letter;
  const acts = listActs(status);
  if (acts.length === 0) return null;
  const isUnknown = status === 'unknown';
  return (
    <>
      <Group gap="sm">
        {acts.map((act) => (
          <Button
            key={act}
            variant={act === 'send' && !isUnknown ? 'filled' : 'default'}
            onClick={() => {
              decide.reset();
              setAsked({ act, letterIds: [id] });
            }}
          >
            {isUnknown
              ? t(act === 'send' ? 'letters.unknown.again' : 'letters.unknown.leave')
              : t(`letters.act.${act}`)}
          </Button>
        ))}
      </Group>
      <DecideDialog asked={asked} onClose={() => setAsked(undefined)} decide={decide} hasUnknown={isUnknown} />
    </>
  );
}

function Facts({ letter, titleOf }: { readonly letter: LetterDetails } & Pick<LetterDrawerProps, 'titleOf'>) {
  const { t } = useTranslation();
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('letters.fact.email'), letter.email ?? t(letter.isMasked ? 'letters.hidden' : 'letters.fact.none')],
    [t('letters.fact.application'), `${letter.applicationRef} ・ ${titleOf(letter.connector)}`],
    [t('letters.fact.job'), letter.job ?? '–'],
    [t('letters.fact.stage'), letter.stage ?? '–'],
    [t('letters.fact.rejection'), letter.rejectionReason ?? '–'],
    [t('letters.fact.decidedAt'), <Time key="decided" at={letter.decidedAt} />],
    [t('letters.fact.dueAt'), <Time key="due" at={letter.dueAt} />],
    [t('letters.fact.sentAt'), <Time key="sent" at={letter.sentAt} />],
    [t('letters.fact.locale'), t(`letters.locale.${letter.locale}`)],
    [t('letters.fact.version'), `${letter.template ?? t('templates.standard')} ・ ${letter.templateVersion}`],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Content({ letter, mayTest }: { readonly letter: LetterDetails; readonly mayTest: boolean }) {
  const { t } = useTranslation();
  const [locale, setLocale] = useState(letter.locale);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end" gap="sm">
        <Title order={3}>{t('letters.content')}</Title>
        <LocaleSelect value={locale} onChange={setLocale} />
      </Group>
      <MailPreview path={`/letters/${letter.id}/preview`} query={{ locale }} saysKind />
      {mayTest && <TestMail letterId={letter.id} locale={locale} />}
    </Stack>
  );
}

export interface LocaleSelectProps {
  readonly value: 'ja' | 'en';
  readonly onChange: (locale: 'ja' | 'en') => void;
}

export function LocaleSelect({ value, onChange }: LocaleSelectProps) {
  const { t } = useTranslation();
  return (
    <Select
      label={t('letters.fact.locale')}
      w="10rem"
      value={value}
      onChange={(chosen) => onChange(chosen === 'en' ? 'en' : 'ja')}
      data={(['ja', 'en'] as const).map((locale) => ({ value: locale, label: t(`letters.locale.${locale}`) }))}
      allowDeselect={false}
    />
  );
}

/** Sends a copy to who is signed in. */
export function TestMail({ letterId, locale }: { readonly letterId: string; readonly locale: 'ja' | 'en' }) {
  return <TestCopy path={`/letters/${letterId}/test`} locale={locale} />;
}

/** The same by any route that sends a mail to who asks for it. */
export function TestCopy({ path, locale }: { readonly path: string; readonly locale: 'ja' | 'en' }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const test = useMutation({
    mutationFn: () => api.send<TestMailSent>('POST', path, { locale }),
    onSuccess: ({ to }) => {
      notifications.show({ message: t('letters.test.done', { to }) });
      return queries.invalidateQueries({ queryKey: [path.replace(/\/test$/, '')] });
    },
  });
  return (
    <Stack gap="xs" align="flex-start">
      <Button
        variant="default"
        leftSection={<Send size={18} aria-hidden />}
        loading={test.isPending}
        onClick={() => test.mutate()}
      >
        {t('letters.test.go')}
      </Button>
      <Text size="sm" c="dimmed">
        {t('letters.test.text')}
      </Text>
      <ProblemNote thrown={test.error} />
    </Stack>
  );
}

const actions = ['letter.held', 'letter.released', 'letter.cancelled', 'letter.tested'] as const;

function History({ letter: { history, createdAt, sentAt } }: { readonly letter: LetterDetails }) {
  const { t } = useTranslation();
  const lines = [
    ...(sentAt === null ? [] : [{ at: sentAt, what: t('letters.history.sent'), who: undefined }]),
    ...history.map(({ at, action, actor, actorName }) => {
      const known = actions.find((one) => one === action);
      const what = known ? t(`letters.history.${toName(known)}`) : action;
      return { at, what, who: actorName ?? toActorName(actor) };
    }),
    { at: createdAt, what: t('letters.history.made'), who: undefined },
  ].toSorted((a, b) => (a.at < b.at ? 1 : -1));
  return (
    <Stack gap="sm">
      <Title order={3}>{t('letters.history.title')}</Title>
      <Stack component="ol" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
        {lines.map(({ at, what, who }) => (
          <li key={`${at}${what}`}>
            <Text span>{what}</Text>
            {who !== undefined && (
              <Text span c="dimmed">
                {' '}
                ・ {who}
              </Text>
            )}
            <Text size="sm" c="dimmed">
              <Time at={at} />
            </Text>
          </li>
        ))}
      </Stack>
    </Stack>
  );

  function toActorName(actor: string): string {
    if (actor.startsWith('slack:')) return t('letters.history.slack');
    if (actor.startsWith('token:')) return t('letters.history.program');
    if (actor.startsWith('user:')) return t('letters.history.former');
    return t('letters.history.operator');
  }
}

function toName(action: (typeof actions)[number]) {
  return (
    {
      'letter.held': 'held',
      'letter.released': 'released',
      'letter.cancelled': 'cancelled',
      'letter.tested': 'tested',
    } as const
  )[action];
}
