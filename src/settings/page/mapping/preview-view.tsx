import { Alert, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Count } from '../parts/count.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import styles from './mapping.module.css';
import type { MappingChange, MappingPreview, Template } from './types.ts';
import { toRuleText } from './words.ts';

export interface Names {
  /** What a reason is called. */
  readonly nameOf: (reasonRef: string) => string;
  readonly templates: readonly Template[];
}

export interface PreviewViewProps extends Names {
  /** Of usePreview. */
  readonly preview: {
    readonly data: MappingPreview | undefined;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
}

/** What would change: rule by rule, then for rejections and letters. */
export function PreviewView({ preview, nameOf, templates }: PreviewViewProps) {
  const { t } = useTranslation();
  if (preview.error) return <ProblemNote thrown={preview.error} onRetry={() => void preview.refetch()} />;
  if (!preview.data) return <Skeleton height={180} radius="md" role="status" aria-label={t('mapping.counting')} />;
  const { changes } = preview.data;
  return (
    <Stack gap="lg">
      <Stack gap="xs" component="section">
        <Title order={3}>{t('mapping.changes', { count: changes.length })}</Title>
        <ChangeList changes={changes} nameOf={nameOf} templates={templates} />
      </Stack>
      <Effect preview={preview.data} nameOf={nameOf} />
    </Stack>
  );
}

const changesAtFirst = 30;

/** Rules as they were and as they are. */
export function ChangeList({ changes, nameOf, templates }: Names & { readonly changes: readonly MappingChange[] }) {
  const { t } = useTranslation();
  if (changes.length === 0) return <Text c="dimmed">{t('mapping.noChange')}</Text>;
  return (
    <>
      <ul className={styles.changes}>
        {changes.slice(0, changesAtFirst).map(({ kind, ref, before, after }) => (
          <li key={`${kind} ${ref}`}>
            <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
              {kind === 'stage' ? t('mapping.stageNamed', { name: ref }) : nameOf(ref)}
            </Text>
            <Text size="sm">
              {toRuleText(t, before, templates)} → {toRuleText(t, after, templates)}
            </Text>
          </li>
        ))}
      </ul>
      {changes.length > changesAtFirst && (
        <Text size="sm" c="dimmed">
          {t('mapping.furtherChanges', { count: changes.length - changesAtFirst })}
        </Text>
      )}
    </>
  );
}

const figures = [
  'heldPlanned',
  'heldSkipped',
  'heldKept',
  'plannedHeld',
  'plannedSkipped',
  'rejections',
  'templates',
] as const;

function Effect({ preview: { sum, reasons }, nameOf }: { readonly preview: MappingPreview } & Pick<Names, 'nameOf'>) {
  const { t } = useTranslation();
  const told = figures.filter((name) => sum[name] > 0);
  const moved = reasons.filter(({ heldKept: _, reasonRef: __, ...effect }) =>
    Object.values(effect).some((count) => count > 0),
  );
  return (
    <Stack gap="xs" component="section">
      <Title order={3}>{t('mapping.effect')}</Title>
      {told.length === 0 && <Text c="dimmed">{t('mapping.noEffect')}</Text>}
      <dl className={styles.figures}>
        {told.map((name) => (
          <Figure key={name} label={t(`mapping.figure.${name}`)} value={sum[name]} />
        ))}
      </dl>
      {moved.length > 1 && (
        <details>
          <summary>{t('mapping.byReason')}</summary>
          <ul>
            {moved.map(({ reasonRef, ...effect }) => (
              <li key={reasonRef}>
                <Text span fw={600}>
                  {reasonRef === null ? t('mapping.withoutReason') : nameOf(reasonRef)}
                </Text>{' '}
                <Text span size="sm">
                  {figures
                    .filter((name) => effect[name] > 0)
                    .map((name) => t('mapping.figureOf', { what: t(`mapping.figure.${name}`), count: effect[name] }))
                    .join(' ・ ')}
                </Text>
              </li>
            ))}
          </ul>
        </details>
      )}
      <Alert color="gray" variant="light" p="sm">
        {t('mapping.sentStays')}
      </Alert>
    </Stack>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: number }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <Count value={value} />
      </dd>
    </>
  );
}
