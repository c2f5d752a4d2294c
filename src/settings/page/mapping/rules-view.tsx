import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Count } from '../parts/count.tsx';
import type { Column } from '../parts/data-table.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { DeciderChoice, LetterChoice, TemplateChoice } from './choices.tsx';
import { type Draft, isOpen, usual } from './draft.ts';
import { RuleTable } from './rule-table.tsx';
import type { MappedReason, MappedStage, MappingOverview, ReasonRule, StageRule, Template } from './types.ts';
import { NameCell, SampleCell } from './use-cell.tsx';

export interface RulesViewProps {
  readonly slug: string;
  readonly overview: MappingOverview;
  /** As they would be saved. */
  readonly rules: Draft;
  readonly templates: readonly Template[];
  readonly isReadOnly: boolean;
}

interface ReasonsViewProps extends RulesViewProps {
  readonly showsOpen: boolean;
  readonly onChange: (reasonRef: string, rule: ReasonRule) => void;
}

/** The reasons: who decides by each, and what becomes of the letter. */
export function ReasonsView({ slug, overview, rules, templates, isReadOnly, showsOpen, onChange }: ReasonsViewProps) {
  const { t } = useTranslation();
  // By the rule that stands: one that is being settled stays in sight until it is saved.
  const rows = showsOpen ? overview.reasons.filter(isOpen) : overview.reasons;
  const choiceOf = (row: MappedReason) => ({
    name: row.name,
    rule: rules.reasons[row.reasonRef] ?? {},
    onChange: (rule: ReasonRule) => onChange(row.reasonRef, rule),
    isReadOnly,
  });
  const columns: readonly Column<MappedReason>[] = [
    {
      id: 'name',
      header: t('mapping.column.reason'),
      cell: (row) => <NameCell name={row.name} about={row.reasonRef} row={row} />,
    },
    ...useMet<MappedReason>(slug),
    {
      id: 'decidedBy',
      header: t('mapping.column.decidedBy'),
      width: '13rem',
      cell: (row) => <DeciderChoice {...choiceOf(row)} usual={row.decidedBy} />,
    },
    {
      id: 'letter',
      header: t('mapping.column.letter'),
      width: '12rem',
      cell: (row) => {
        const choice = choiceOf(row);
        const letter = usual[choice.rule.decidedBy ?? row.decidedBy];
        return <LetterChoice {...choice} usual={t('mapping.byDecider', { letter: t(`mapping.letter.${letter}`) })} />;
      },
    },
    {
      id: 'template',
      header: t('mapping.column.template'),
      width: '10rem',
      cell: (row) => <TemplateChoice {...choiceOf(row)} templates={templates} usual={t('mapping.template.byStage')} />,
    },
  ];
  return (
    <RuleTable
      label={t('mapping.view.reasons')}
      columns={columns}
      rows={rows}
      rowId={({ reasonRef }) => reasonRef}
      empty={
        showsOpen ? (
          <EmptyState title={t('mapping.allSettled')}>{t('mapping.allSettledText')}</EmptyState>
        ) : (
          <EmptyState title={t('mapping.noReasons')}>{t('mapping.noReasonsText')}</EmptyState>
        )
      }
    />
  );
}

interface StagesViewProps extends RulesViewProps {
  readonly onChange: (stage: string, rule: StageRule) => void;
}

/** The stages: what becomes of a letter where the reason leaves it open. */
export function StagesView({ slug, overview, rules, templates, isReadOnly, onChange }: StagesViewProps) {
  const { t } = useTranslation();
  const choiceOf = ({ name }: MappedStage) => ({
    name,
    rule: rules.stages[name] ?? {},
    onChange: ({ letter, template }: StageRule) => onChange(name, { letter, template }),
    isReadOnly,
  });
  const columns: readonly Column<MappedStage>[] = [
    { id: 'name', header: t('mapping.column.stage'), cell: (row) => <NameCell name={row.name} row={row} /> },
    ...useMet<MappedStage>(slug),
    {
      id: 'letter',
      header: t('mapping.column.letter'),
      width: '13.5rem',
      cell: (row) => <LetterChoice {...choiceOf(row)} usual={t('mapping.byReasonRule')} />,
    },
    {
      id: 'template',
      header: t('mapping.column.template'),
      width: '12rem',
      cell: (row) => <TemplateChoice {...choiceOf(row)} templates={templates} usual={t('mapping.template.usual')} />,
    },
  ];
  return (
    <Stack gap="md">
      <Text c="dimmed" maw="48rem">
        {t('mapping.stagesText')}
      </Text>
      <RuleTable
        label={t('mapping.view.stages')}
        columns={columns}
        rows={overview.stages}
        rowId={({ name }) => name}
        empty={<EmptyState title={t('mapping.noStages')}>{t('mapping.noStagesText')}</EmptyState>}
      />
    </Stack>
  );
}

/** How often it was met, and the newest time. */
function useMet<T extends Pick<MappedReason, 'rejections' | 'sample'>>(slug: string): readonly Column<T>[] {
  const { t } = useTranslation();
  return [
    {
      id: 'rejections',
      header: t('mapping.column.rejections'),
      width: '6rem',
      isNumber: true,
      cell: ({ rejections }) => <Count value={rejections} />,
    },
    {
      id: 'sample',
      header: t('mapping.column.sample'),
      cell: ({ sample }) => <SampleCell slug={slug} sample={sample} />,
    },
  ];
}
